import Framing
import Protocols
import Speech

/// The transcript of one file, and its output formats.
struct FileTranscript {
    let file: String
    let transcript: Transcript
    /// Known names of each channel's speakers, by the numbers of the speaker labels.
    private let people: [[Int: String]]

    /// Several channels are several sound tracks. They become one, with a speaker for each track.
    init(file: String, transcript: Transcript, people: [[Int: String]] = []) {
        self.file = file
        let (joined, sources) = transcript.joined()
        self.transcript = joined
        guard !sources.isEmpty else {
            self.people = people
            return
        }
        let names = sources.enumerated().map { label, source -> (Int, String) in
            let track = "Track \(source.channel.number + 1)"
            guard let speaker = source.speaker else { return (label, track) }
            let known = people.indices.contains(source.channel.number) ? people[source.channel.number][speaker.number] : nil
            return (label, known ?? "\(track), speaker \(speaker.number + 1)")
        }
        self.people = [Dictionary(uniqueKeysWithValues: names)]
    }

    func rendered(as format: TranscriptFormat) -> String {
        switch format {
        case .text: text
        case .json: json + "\n"
        case .srt: String(decoding: Captions.srt(cues), as: UTF8.self)
        case .vtt: String(decoding: Captions.vtt(cues), as: UTF8.self)
        }
    }

    /// The captions. A caption has the words of one speaker; the speaker's name comes first where the speaker changes.
    private var cues: [Cue] {
        var runs: [[Word]] = []
        for (number, channel) in transcript.channels.enumerated() {
            var start = channel.words.startIndex
            while start < channel.words.endIndex {
                let speaker = channel.words[start].speaker
                let end = channel.words[start...].firstIndex { $0.speaker != speaker } ?? channel.words.endIndex
                var words = Array(channel.words[start..<end])
                if let speaker { words[0].text = name(speaker, in: number) + ": " + words[0].text }
                runs.append(words)
                start = end
            }
        }
        return Captions.cues(of: runs, rate: transcript.rate, length: transcript.length)
    }

    private func name(_ speaker: SpeakerLabel, in channel: Int) -> String { person(speaker, in: channel) ?? "Speaker \(speaker.number + 1)" }

    /// The transcript with one line per paragraph, or one line per turn where speakers were told apart.
    private var text: String {
        transcript.channels.enumerated().map { number, channel in
            guard channel.words.allSatisfy({ $0.speaker == nil }) else { return turns(of: channel, number) }
            return Paragraphs.split(channel.words, rate: transcript.rate).map { sentences in
                sentences.map { channel.words[$0] }.joined().text + "\n"
            }.joined()
        }.joined()
    }

    private func turns(of channel: Transcript.Channel, _ number: Int) -> String {
        var lines: [(speaker: SpeakerLabel?, text: String)] = []
        for segment in channel.segments where !segment.words.isEmpty {
            let speaker = channel.words[segment.words].first?.speaker, text = channel.words[segment.words].text
            if let last = lines.last, last.speaker == speaker {
                WordSpacing.append(text, blank: channel.words[segment.words].first?.blankBefore, to: &lines[lines.count - 1].text)
            } else {
                lines.append((speaker, text))
            }
        }
        return lines.map { line in
            let speaker = line.speaker.map { name($0, in: number) }
            return (speaker.map { TerminalText.safe($0) + ": " } ?? "") + line.text + "\n"
        }.joined()
    }

    private func person(_ speaker: SpeakerLabel, in channel: Int) -> String? {
        people.indices.contains(channel) ? people[channel][speaker.number] : nil
    }

    /// The transcript as one JSON object in one line. Positions are in seconds.
    private var json: String {
        var writer = JSONWriter(capacity: 4_096)
        writer.beginObject()
        writer.member("file", file)
        writer.member("text", transcript.channels.indices.map { transcript.text(of: ChannelIndex($0)) }.joined(separator: "\n"))
        writer.member("language", transcript.language.rawValue)
        writer.member("duration", transcript.length.seconds(at: transcript.rate), decimals: 3)
        if !transcript.notices.isEmpty {
            writer.key("warnings")
            writer.array(transcript.notices.map { $0.text(by: .option) })
        }
        write(transcript.channels.flatMap(\.words)[...], to: &writer)
        writer.key("segments")
        writer.beginArray()
        for (number, channel) in transcript.channels.enumerated() {
            for segment in channel.segments {
                writer.beginObject()
                writer.members(of: segment.range, at: transcript.rate)
                writer.member("text", channel.words[segment.words].text)
                if let speaker = segment.speaker ?? channel.words[segment.words].first?.speaker {
                    writer.member("speaker", speaker.number)
                    if let person = person(speaker, in: number) { writer.member("person", person) }
                    write(channel.words[segment.words], to: &writer)
                }
                writer.endObject()
            }
        }
        writer.endArray()
        writer.endObject()
        return writer.text
    }

    private func write(_ words: ArraySlice<Word>, to writer: inout JSONWriter) {
        writer.key("words")
        writer.beginArray()
        for word in words {
            writer.beginObject()
            writer.member("text", word.text)
            writer.members(of: word.range, at: transcript.rate)
            writer.member("confidence", Double(word.confidence), decimals: 3)
            if let speaker = word.speaker { writer.member("speaker", speaker.number) }
            writer.endObject()
        }
        writer.endArray()
    }
}
