import HarkenTesting
import Speech
import Testing

@testable import LocalEngine

@Suite struct `A channel whose utterances tell their language` {
    private func channel(_ text: String, delay: Int = 0, interims: Bool = true) throws -> ScriptedChannel {
        var speech = ScriptedSpeech(text)
        speech.unknown = ["xx"]
        let answers = ScriptedAnswers(speech, delay: delay, seed: 4, findsLanguage: true)
        return try ScriptedChannel(speech, StreamOptions(rate: .speech, interims: interims), answers)
    }

    private static let english = "aa bb cc dd ee ff."
    private static let unknown = "xx:gg xx:hh xx:ii xx:jj xx:kk xx:ll."

    @Test(arguments: [0, 5, 300])
    func `tells that speech has no words because nobody knows its language`(delay: Int) throws {
        let channel = try channel("\(Self.english) 1500 \(Self.unknown) 1500 \(Self.english)", delay: delay)
        try channel.play(frame: 512)
        #expect(channel.texts == ["Aa bb cc dd ee ff.", "Aa bb cc dd ee ff."])
        let gaps = channel.events.indices.filter { channel.events[$0] == .notice(.complaint(.unknownLanguage)) }
        #expect(gaps.count == 1)
        for index in gaps {
            guard case .final(let final, _) = channel.events[index + 1] else {
                Issue.record("no final follows the gap")
                continue
            }
            // The unknown words are spoken from 3.8 s to 5.6 s.
            #expect(final.words.isEmpty && final.range.contains(SampleIndex(4_700 * 16)))
        }
    }

    @Test func `tells no gap where every language is known`() throws {
        let channel = try channel("\(Self.english) 1500 de:gg de:hh de:ii de:jj de:kk de:ll.")
        try channel.play(frame: 512)
        #expect(channel.texts.count == 2)
        #expect(!channel.events.contains { if case .notice = $0 { true } else { false } })
    }

    @Test(arguments: [0, 7, 200])
    func `says the same whatever its interims do`(delay: Int) throws {
        let text = "\(Self.english) 1500 de:gg de:hh de:ii de:jj de:kk de:ll. 900 \(Self.unknown) 900 \(Self.english)"
        let plain = try channel(text, interims: false), other = try channel(text, delay: delay)
        try plain.play(frame: 512)
        try other.play(frame: 700)
        #expect(other.hasFinished && other.settled == plain.settled)
    }

    @Test func `reads interims in the language before, until the utterance has told its own`() throws {
        let words = (0..<24).map { "de:d\($0)" }.joined(separator: " ")
        let channel = try channel("\(Self.english) 2000 \(words)")
        try channel.play(frame: 512)
        var hints: [LanguageHint] = []
        for hint in channel.answers.readings.map(\.language) where hints.last != hint { hints.append(hint) }
        #expect(hints == [.open(after: nil), .open(after: "en"), .decided("de")])
        // No interim begins with tokens of another language's model.
        for (before, after) in zip(channel.answers.readings, channel.answers.readings.dropFirst()) where before.language != after.language {
            #expect(after.prefix.isEmpty)
        }
        #expect(channel.interims.last?.words.allSatisfy { $0.language?.rawValue == "de" } == true)
    }
}
