import Speech
import Testing

@testable import Live

@Suite struct `Speech whose language the engine cannot tell` {
    @Test func `is the next audio without words behind the engine's complaint`() {
        var unknown = UnknownSpeech()
        let silence = unknown.covered(from: .zero, through: .seconds(2))
        #expect(silence == nil)
        unknown.complained()
        let nothing = unknown.covered(from: .seconds(2), through: .seconds(2))
        #expect(nothing == nil)
        let speech = unknown.covered(from: .seconds(2), through: .seconds(5))
        #expect(speech == .unknownLanguage(count: 1, total: .seconds(3), first: .seconds(2)))
        let after = unknown.covered(from: .seconds(5), through: .seconds(9))
        #expect(after == nil)
    }

    @Test func `is told together where there is much of it`() {
        var unknown = UnknownSpeech()
        let told = (0..<70).compactMap { number in
            unknown.complained()
            return unknown.covered(from: .seconds(10 * number), through: .seconds(10 * number + 2))
        }
        #expect(told.count == 18)
        #expect(told[15] == .unknownLanguage(count: 1, total: .seconds(2), first: .seconds(150)))
        #expect(told[16] == .unknownLanguage(count: 32, total: .seconds(64), first: .zero))
        #expect(told[17] == .unknownLanguage(count: 64, total: .seconds(128), first: .zero))
    }
}
