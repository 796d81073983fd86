import Speech
import Testing

@testable import harken

@Suite struct `File transcript` {
    private static func word(_ text: String, _ start: Int, _ end: Int) -> Word {
        Word(text, SampleRange(SampleIndex(start), SampleIndex(end)), confidence: 0.75)
    }

    private let transcript = FileTranscript(
        file: "a \"b\".wav",
        transcript: Transcript(
            rate: SampleRate(hertz: 1_000), length: SampleCount(9_500), language: .english, model: "m",
            channels: [
                .init(
                    words: [word("Hello", 250, 600), word("there.", 600, 1_000), word("Bye.", 8_000, 8_400)],
                    segments: [
                        .init(range: SampleRange(SampleIndex(250), SampleIndex(1_000)), words: 0..<2),
                        .init(range: SampleRange(SampleIndex(8_000), SampleIndex(8_400)), words: 2..<3),
                    ])
            ]))

    @Test func `as text has a line for each paragraph`() {
        #expect(transcript.rendered(as: .text) == "Hello there.\nBye.\n")
    }

    @Test func `as text with times has the time of each paragraph`() {
        #expect(transcript.rendered(as: TranscriptForm(format: .text, hasTimes: true)) == "[0:00] Hello there.\n[0:08] Bye.\n")
    }

    @Test func `as JSON is one object in one line, in seconds`() {
        #expect(
            transcript.rendered(as: .json)
                == #"{"file":"a \"b\".wav","text":"Hello there. Bye.","language":"en","duration":9.5,"words":["#
                + #"{"text":"Hello","start":0.25,"end":0.6,"confidence":0.75},{"text":"there.","start":0.6,"end":1.0,"confidence":0.75},"#
                + #"{"text":"Bye.","start":8.0,"end":8.4,"confidence":0.75}],"segments":["#
                + #"{"start":0.25,"end":1.0,"text":"Hello there."},{"start":8.0,"end":8.4,"text":"Bye."}]}"# + "\n")
    }

    @Test func `as captions has times`() {
        #expect(transcript.rendered(as: .srt).hasPrefix("1\n00:00:00,250 --> "))
        #expect(transcript.rendered(as: .vtt).hasPrefix("WEBVTT\n\n00:00:00.250 --> "))
    }

    @Test func `with speakers has a line for each turn, and says who is known`() throws {
        var spoken = transcript
        var channel = try #require(transcript.transcript.channels.first)
        for index in channel.words.indices { channel.words[index].speaker = SpeakerLabel(index == 2 ? 1 : 0) }
        spoken = FileTranscript(
            file: "a.wav",
            transcript: Transcript(
                rate: SampleRate(hertz: 1_000), length: SampleCount(9_500), language: .english, model: "m", channels: [channel]),
            people: [[1: "Ana"]])
        #expect(spoken.rendered(as: .text) == "Speaker 1: Hello there.\nAna: Bye.\n")
        #expect(spoken.rendered(as: .srt).contains("\nSpeaker 1: Hello there.\n") && spoken.rendered(as: .srt).contains("\nAna: Bye.\n"))
        #expect(spoken.rendered(as: .vtt).contains("\nSpeaker 1: Hello there.\n") && spoken.rendered(as: .vtt).contains("\nAna: Bye.\n"))
        #expect(spoken.rendered(as: .json).contains(#""text":"Hello there.","speaker":0,"words":[{"text":"Hello","start":0.25"#))
        #expect(spoken.rendered(as: .json).contains(#""text":"Bye.","speaker":1,"person":"Ana","words":[{"text":"Bye.""#))
    }

    @Test func `with speakers has a paragraph for each long pause in a turn, and no other`() throws {
        var channel = try #require(transcript.transcript.channels.first)
        let second = [Self.word("And", 9_000, 9_200), Self.word("on.", 9_200, 9_400)]
        channel.words += second
        channel.segments.append(.init(range: SampleRange(SampleIndex(9_000), SampleIndex(9_400)), words: 3..<5))
        for index in channel.words.indices { channel.words[index].speaker = SpeakerLabel(0) }
        let file = FileTranscript(
            file: "a.wav",
            transcript: Transcript(rate: SampleRate(hertz: 1_000), length: SampleCount(9_500), language: .english, model: "m", channels: [channel]))
        #expect(
            file.rendered(as: TranscriptForm(format: .text, hasTimes: true)) == "[0:00] Speaker 1: Hello there.\n[0:08] Speaker 1: Bye. And on.\n")
    }

    @Test func `of separate channels names each, and its speakers where they are told apart`() {
        func heard(_ speakers: [SpeakerLabel?]) -> Transcript {
            var words = [Self.word("Hello", 250, 600), Self.word("Bye.", 8_000, 8_400)]
            for (index, speaker) in speakers.enumerated() { words[index].speaker = speaker }
            return Transcript(
                rate: SampleRate(hertz: 1_000), length: SampleCount(9_500), language: .english, model: "m",
                channels: [.init(words: [words[0]], segments: []), .init(words: [words[1]], segments: [])])
        }
        let plain = FileTranscript(file: "a.wav", transcript: heard([nil, nil]), channelName: "Channel")
        #expect(plain.rendered(as: .text) == "Channel 1: Hello\nChannel 2: Bye.\n")
        #expect(plain.rendered(as: .vtt).contains("\nChannel 2: Bye.\n"))
        #expect(plain.rendered(as: .json).contains(#""speaker":1,"person":"Channel 2""#))
        let told = FileTranscript(
            file: "a.wav", transcript: heard([SpeakerLabel(0), SpeakerLabel(1)]), people: [[:], [1: "Ana"]], channelName: "Channel")
        #expect(told.rendered(as: .text) == "Channel 1, speaker 1: Hello\nAna: Bye.\n")
    }

    @Test func `shows speech without recognized words in JSON only`() throws {
        var spoken = transcript.transcript
        for index in spoken.channels[0].words.indices { spoken.channels[0].words[index].speaker = SpeakerLabel(0) }
        var unheard = Transcript.Segment(range: SampleRange(SampleIndex(3_000), SampleIndex(4_500)), words: 2..<2)
        unheard.speaker = SpeakerLabel(1)
        spoken.channels[0].segments.insert(unheard, at: 1)
        let file = FileTranscript(file: "a.wav", transcript: spoken)
        #expect(file.rendered(as: .json).contains(#"{"start":3.0,"end":4.5,"text":"","speaker":1,"words":[]}"#))
        #expect(file.rendered(as: .text) == "Speaker 1: Hello there.\nSpeaker 1: Bye.\n")
    }

    @Test func `of several sound tracks has a speaker for each, and tells of the file`() {
        var heard = Transcript(
            rate: SampleRate(hertz: 1_000), length: SampleCount(9_500), language: .english, model: "m",
            channels: [
                .init(words: [Self.word("Bye.", 8_000, 8_400)], segments: []),
                .init(words: [Self.word("Hello", 250, 600), Self.word("there.", 600, 1_000)], segments: []),
            ])
        heard.notices = [.cut(at: .seconds(9), of: .seconds(20))]
        let file = FileTranscript(file: "a.mkv", transcript: heard)
        #expect(file.rendered(as: .text) == "Track 2: Hello there.\nTrack 1: Bye.\n")
        #expect(file.rendered(as: .srt).contains("\nTrack 2: Hello there.\n"))
        #expect(file.rendered(as: .json).contains(#""warnings":["The file is cut off: it has 00:09 of 00:20."]"#))
        #expect(file.rendered(as: .json).contains(#""speaker":0,"person":"Track 2""#))
    }

    @Test func `of silence is empty, and still an object`() {
        let silence = FileTranscript(
            file: "s",
            transcript: Transcript(rate: .speech, length: .zero, language: .english, model: "m", channels: [.init(words: [], segments: [])]))
        #expect(silence.rendered(as: .text) == "")
        #expect(silence.rendered(as: .json) == #"{"file":"s","text":"","language":"en","duration":0.0,"words":[],"segments":[]}"# + "\n")
    }
}
