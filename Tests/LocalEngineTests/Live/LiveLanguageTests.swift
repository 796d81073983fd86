import LocalEngine
import Speech
import Testing

/// Streams whose client named no language, of speech by a script. In a wrong language the script's model says "invented".
@Suite struct `The language of a live stream's utterances` {
    private func play(
        _ text: String, findsLanguage: Bool = true, delay: Int = 0, terms: Int? = nil, _ change: (inout ScriptedSpeech) -> Void = { _ in }
    ) -> ScriptedStream {
        var speech = ScriptedSpeech(text)
        change(&speech)
        var stream = ScriptedStream(speech, LiveTiming(), delay: delay, terms: terms, findsLanguage: findsLanguage)
        stream.play()
        return stream
    }

    private func hints(_ stream: ScriptedStream) -> [LanguageHint] {
        stream.asked.compactMap { if case .words(_, let hint, _) = $0 { hint } else { nil } }
    }

    private func languages(_ stream: ScriptedStream) -> [String?] {
        stream.finals.filter { !$0.words.isEmpty }.map { $0.words[0].language?.rawValue }
    }

    private static let english = (0..<6).map { "e\($0)" }.joined(separator: " ") + "."
    private static let german = (0..<6).map { "de:d\($0)" }.joined(separator: " ") + "."
    private static let long = (0..<12).map { "l\($0)" }.joined(separator: " ") + "."

    private static func plain(_ text: String) -> String {
        let words = text.replacing("de:", with: "")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    @Test func `is told by each utterance, and follows a change`() {
        let stream = play("\(Self.english) 1500 \(Self.german) 1500 \(Self.english)")
        #expect(stream.texts == [Self.plain(Self.english), Self.plain(Self.german), Self.plain(Self.english)])
        #expect(languages(stream) == ["en", "de", "en"])
        #expect(stream.finals.allSatisfy { final in final.words.allSatisfy { $0.language == final.words[0].language } })
    }

    @Test func `asks behind each utterance with the language before it`() {
        let stream = play("\(Self.german) 1500 \(Self.english) 1500 \(Self.english)")
        #expect(hints(stream) == [.open(after: nil), .open(after: "de"), .open(after: "en")])
    }

    @Test func `is kept by a short utterance`() {
        let stream = play("\(Self.german) 1500 de:ja.")
        #expect(hints(stream) == [.open(after: nil), .open(after: "de")])
        #expect(stream.texts.last == "Ja.")
        #expect(languages(stream) == ["de", "de"])
    }

    @Test func `is asked in mid speech as soon as there is enough, and then no more`() throws {
        let stream = play("\(Self.long) 500 aa bb cc dd.")
        #expect(hints(stream).first == .open(after: nil))
        #expect(hints(stream).dropFirst().first == .decided("en"))
        // Only what follows the sentence is asked again, because its language may be another one.
        #expect(hints(stream).filter { $0 == .open(after: nil) }.count == 1)
        let first = try #require(stream.asked.first).audio
        #expect(first.count >= SampleCount(.seconds(3), at: .speech) && first.count <= SampleCount(.milliseconds(3_400), at: .speech))
        #expect(languages(stream).allSatisfy { $0 == "en" })
    }

    @Test func `is asked again while nobody can tell it`() {
        let speech = (0..<25).map { "xx:x\($0)" }.joined(separator: " ")
        let stream = play(speech) { $0.unknown = ["xx"] }
        let ends = stream.asked.compactMap { if case .words(let audio, .open(after: nil), _) = $0 { audio.end.samples / 16_000 } else { nil } }
        // The speech goes on from 0.5 s to 8 s.
        #expect(ends.prefix(2) == [3, 6])
        #expect(stream.texts.isEmpty && stream.hasFinished)
    }

    @Test func `of speech that nobody can tell leaves the language before as it is`() {
        let stream = play("\(Self.german) 1500 xx:a xx:b xx:c xx:d xx:e xx:f. 1500 \(Self.german)") { $0.unknown = ["xx"] }
        #expect(stream.texts == [Self.plain(Self.german), Self.plain(Self.german)])
        #expect(hints(stream) == [.open(after: nil), .open(after: "de"), .open(after: "de")])
    }

    @Test func `lets no words of another language be heard again`() {
        let stream = play("\(Self.english) 900 \(Self.german)")
        #expect(stream.texts == [Self.plain(Self.english), Self.plain(Self.german)])
        let starts = stream.asked.compactMap { if case .words(let audio, _, _) = $0 { audio.start } else { nil } }
        #expect(starts.count == 2 && starts[1] > starts[0])
        let back = play("\(Self.german) 900 \(Self.english)")
        #expect(hints(back) == [.open(after: nil), .open(after: "de")], "German words are not heard again either")
    }

    @Test func `lets English words be heard again with English`() {
        let stream = play("\(Self.english) 900 \(Self.english)")
        #expect(hints(stream) == [.open(after: nil), .open(after: "en"), .decided("en")])
        let starts = stream.asked.compactMap { if case .words(let audio, _, _) = $0 { audio.start } else { nil } }
        #expect(starts.count == 3 && starts[2] == starts[0])
        #expect(stream.drafts == [[], [], ScriptedSpeech.tokens(of: Self.plain(Self.english))], "audio that tells its language has no draft")
        #expect(stream.texts == [Self.plain(Self.english), Self.plain(Self.english)])
    }

    @Test func `may change behind a short pause where a sentence has ended`() {
        let stream = play("\(Self.long) 500 \(Self.german)")
        #expect(stream.texts == [Self.plain(Self.long), Self.plain(Self.german)])
        #expect(languages(stream) == ["en", "de"])
    }

    @Test func `lets key terms into English words alone`() {
        let stream = play("Ask harking now please. 1500 de:frag de:harking de:jetzt de:mal de:nach de:bitte.", terms: 1) {
            $0.terms = [1: ["harking": "Harken"]]
        }
        #expect(stream.texts == ["Ask Harken now please.", "Frag harking jetzt mal nach bitte."])
        #expect(stream.finals.first?.words.allSatisfy { $0.language == .english } == true)
        #expect(stream.asked.count { if case .terms = $0 { true } else { false } } == 1)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `is not asked for where the client named it`(seed: UInt64) {
        let speech = ScriptedSpeech(seed: seed, words: 10...40)
        var stream = ScriptedStream(speech, LiveTiming())
        stream.play()
        #expect(!hints(stream).isEmpty && hints(stream).allSatisfy { $0 == .ofStream })
        #expect(stream.finals.allSatisfy { $0.words.allSatisfy { $0.language == nil } })
        for case .times(_, _, _, let hint) in stream.asked { #expect(hint == .ofStream) }
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func `depends on the audio and the options alone`(seed: UInt64) {
        var speech = ScriptedSpeech(seed: seed, words: 20...60, languages: ["en", "de", "fr", "xx"])
        (speech.mishears, speech.completeness, speech.unknown) = (true, nil, ["xx"])
        speech.confidence = seed.isMultiple(of: 2) ? 0.9 : 0.5
        let timing = `Live finals`.timings[Int(seed * 7) % `Live finals`.timings.count]
        var prompt = ScriptedStream(speech, timing, findsLanguage: true)
        prompt.play()
        for (delay, frame) in [(1, 1), (20, 1), (0, 8), (60, 3), (300, 1), (9, 100_000)] {
            var late = ScriptedStream(speech, timing, delay: delay, seed: seed + UInt64(delay), findsLanguage: true)
            late.play(frame: frame)
            #expect(late.hasFinished)
            #expect(late.events == prompt.events, "answers \(delay) windows late, frames of \(frame) windows")
            #expect(late.finals == prompt.finals)
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `costs no word and no time where all speech is English`(seed: UInt64) {
        let speech = ScriptedSpeech(seed: seed, words: 20...60)
        // A stream that finds its language has no draft readings, by which a window would be cut.
        var open = ScriptedStream(speech, LiveTiming(), findsLanguage: true), named = ScriptedStream(speech, LiveTiming().withoutCuttingDrafts)
        open.play()
        named.play()
        #expect(open.finals.map(\.text) == named.finals.map(\.text))
        #expect(open.finals.map(\.range) == named.finals.map(\.range))
        #expect(open.finals.map(\.decided) == named.finals.map(\.decided))
    }
}
