import Conversations
import Speech
import Testing

@testable import Speakers

@Suite struct `The voice that recordings make` {
    private static func evidence(_ direction: [Float], _ seconds: Int, model: String = "m") throws -> VoiceEvidence {
        VoiceEvidence(try #require(Voiceprint(direction, model: model)), .seconds(seconds))
    }

    private func voice(_ direction: [Float], _ seconds: Int) throws -> Voice {
        let evidence = try Self.evidence(direction, seconds)
        return Voice(
            id: ID("v"), number: 1, owner: .user, voiceprint: evidence.voiceprint, evidence: evidence.duration, created: UnixTime(milliseconds: 0))
    }

    @Test func `is the mean of all of them`() throws {
        let made = try #require(VoiceOfRecordings([Self.evidence([1, 0], 6), Self.evidence([0, 1], 6)]).evidence)
        #expect(made.duration == .seconds(12) && made.voiceprint.direction.allSatisfy { abs($0 - 0.707) < 0.01 })
        #expect(VoiceOfRecordings([]).evidence == nil)
    }

    @Test func `is the newest one's where models differ`() throws {
        let made = VoiceOfRecordings([try Self.evidence([1, 0], 6, model: "old"), try Self.evidence([0, 1], 7)]).evidence
        #expect(made == (try Self.evidence([0, 1], 7)))
    }

    /// Directions and seconds of voices, and whether recordings of 6 s at [1, 0], 7 s at [0, 1] and 8 s at [0, 1] alone make them.
    private static let voices: [([Float], Int, Bool)] = [
        ([1, 0], 6, true), ([0, 1], 7, true), ([0, 1], 15, true), ([6, 7], 13, true), ([6, 15], 21, true),
        // Another voice, more speech, less speech, and recordings that do not follow each other.
        ([0, 1], 6, false), ([1, 0], 30, false), ([1, 0], 5, false), ([6, 8], 14, false),
    ]

    @Test(arguments: voices) func `is known from voices that were learned elsewhere`(direction: [Float], seconds: Int, isMade: Bool) throws {
        let recorded = VoiceOfRecordings([try Self.evidence([1, 0], 6), try Self.evidence([0, 1], 7), try Self.evidence([0, 1], 8)])
        #expect(recorded.made(try voice(direction, seconds)) == isMade)
        #expect(!VoiceOfRecordings([]).made(try voice(direction, seconds)))
    }
}
