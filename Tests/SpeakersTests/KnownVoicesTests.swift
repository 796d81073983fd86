import Conversations
import Speech
import Testing

@testable import Speakers

@Suite struct `Known voices` {
    private func voiceprint(_ x: Float, _ y: Float, model: String = "m") throws -> Voiceprint { try #require(Voiceprint([x, y], model: model)) }

    private func names(_ known: [(String, Voiceprint)], of voices: [Voiceprint]) -> [SpeakerLabel: String] {
        var all = KnownVoices(rule: SpeakerRule(distance: 0.5))
        for (name, voiceprint) in known { all.add(name, voiceprint) }
        return all.names(of: voices.map { VoiceEvidence($0, .seconds(10)) })
    }

    @Test func `give their names to the speakers with the same voices, and to nobody else`() throws {
        let known = try [("Ann", voiceprint(1, 0)), ("Bob", voiceprint(-1, 0))]
        let found = try names(known, of: [voiceprint(-1, 0.1), voiceprint(0, 1), voiceprint(1, 0.1)])
        #expect(found == [SpeakerLabel(0): "Bob", SpeakerLabel(2): "Ann"])
    }

    @Test func `take the nearest, also where two are near`() throws {
        let found = try names([("Ann", voiceprint(1, 0.2)), ("Bea", voiceprint(1, 0.1))], of: [voiceprint(1, 0)])
        #expect(found == [SpeakerLabel(0): "Bea"])
        #expect(try names([("Ann", voiceprint(1, 0)), ("Bea", voiceprint(1, 0))], of: [voiceprint(1, 0)]) == [SpeakerLabel(0): "Ann"])
    }

    @Test func `may be the voice of several speakers, and have several voices`() throws {
        let found = try names([("Ann", voiceprint(1, 0)), ("Ann", voiceprint(0, 1))], of: [voiceprint(1, 0.1), voiceprint(0.1, 1)])
        #expect(found == [SpeakerLabel(0): "Ann", SpeakerLabel(1): "Ann"])
    }

    @Test func `name nobody across models`() throws {
        #expect(try names([("Ann", voiceprint(1, 0, model: "older"))], of: [voiceprint(1, 0)]).isEmpty)
    }
}
