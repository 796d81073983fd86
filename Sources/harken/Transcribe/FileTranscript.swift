import Framing
import Protocols
import Speech

/// The transcript of one file, and its output formats.
struct FileTranscript {
    let file: String
    let transcript: Transcript
    /// Known names of each channel's speakers, by the numbers of the speaker labels.
    private let people: [[Int: String]]

    /// Several channels become one, with a speaker for each channel.
    ///
    /// - Parameter channelName: the word for a channel: see `TranscriptForm`.
    init(file: String, transcript: Transcript, people: [[Int: String]] = [], channelName: String = TranscriptForm.trackName) {
        self.file = file
        let (joined, sources) = transcript.joined()
        self.transcript = joined
        guard !sources.isEmpty else {
            self.people = people
            return
        }
        let names = sources.enumerated().map { label, source -> (Int, String) in
            let channel = "\(channelName) \(source.channel.number + 1)"
            guard let speaker = source.speaker else { return (label, channel) }
            let known = people.indices.contains(source.channel.number) ? people[source.channel.number][speaker.number] : nil
            return (label, known ?? "\(channel), speaker \(speaker.number + 1)")
        }
        self.people = [Dictionary(uniqueKeysWithValues: names)]
    }

    func rendered(as form: TranscriptForm) -> String {
        switch form.format {
        case .text: text(hasTimes: form.hasTimes)
        case .json: json + "\n"
        case .srt: String(decoding: Captions.srt(cues), as: UTF8.self)
        case .vtt: String(decoding: Captions.vtt(cues), as: UTF8.self)
        }
    }

    /// The captions. A caption has the words of one speaker; the speaker's name comes first where the speaker changes.
    private var cues: [Cue] {
        let channels = transcript.channels.enumerated().map { number, channel in
            var runs: [[Word]] = []
            var start = channel.words.startIndex
            while start < channel.words.endIndex {
                let speaker = channel.words[start].speaker
                let end = channel.words[start...].firstIndex { $0.speaker != speaker } ?? channel.words.endIndex
                var words = Array(channel.words[start..<end])
                if let speaker { words[0].text = name(speaker, in: number) + ": " + words[0].text }
                runs.append(words)
                start = end
            }
            return runs
        }
        return Captions.cues(of: channels, rate: transcript.rate, length: transcript.length)
    }

    private func name(_ speaker: SpeakerLabel, in channel: Int) -> String { person(speaker, in: channel) ?? "Speaker \(speaker.number + 1)" }

    /// The transcript with one line per paragraph. The line begins with its time where times are wanted, and with the speaker's name where speakers were
    /// told apart.
    private func text(hasTimes: Bool) -> String {
        var text = ""
        for (number, channel) in transcript.channels.enumerated() {
            for turn in Self.turns(of: channel) {
                let speaker = turn.speaker.map { TerminalText.safe(name($0, in: number)) + ": " } ?? ""
                for sentences in Paragraphs.split(turn.words, rate: transcript.rate) {
                    guard let first = sentences.first, let last = sentences.last else { continue }
                    let words = turn.words[first.lowerBound..<last.upperBound], start = words.first?.range.start ?? .zero
                    let time = hasTimes ? ConversationDocument.timeMark((start - .zero).duration(at: transcript.rate)) : ""
                    text += time + speaker + words.text + "\n"
                }
            }
        }
        return text
    }

    /// Returns the words of a channel in the order in which people read them, each run with its speaker; one run where no speakers were told apart.
    private static func turns(of channel: Transcript.Channel) -> [(speaker: SpeakerLabel?, words: [Word])] {
        guard channel.words.contains(where: { $0.speaker != nil }) else { return [(nil, channel.words)] }
        var turns: [(speaker: SpeakerLabel?, words: [Word])] = []
        for segment in channel.segments where !segment.words.isEmpty {
            let words = channel.words[segment.words], speaker = words.first?.speaker
            if let last = turns.last, last.speaker == speaker { turns[turns.count - 1].words += words } else { turns.append((speaker, Array(words))) }
        }
        return turns
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
