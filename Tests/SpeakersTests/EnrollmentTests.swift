import Conversations
import Speech
import Testing

@testable import Speakers

@Suite struct `Profile of a voice` {
    private func rejection(_ length: Duration, hertz: Int = 16_000, channels: Int = 1) -> EnrollmentError? {
        do throws(EnrollmentError) {
            try Enrollment.check(rate: SampleRate(hertz: hertz), channels: channels, length: length)
            return nil
        } catch { return error }
    }

    private func rejection(_ samples: [Float], _ pieces: [Voiceprint] = []) -> EnrollmentError? {
        let speech = samples.isEmpty ? [] : [SampleRange(.zero, count: SampleCount(samples.count))]
        do throws(EnrollmentError) {
            try Enrollment.check(samples, speech: speech, pieces: pieces)
            return nil
        } catch { return error }
    }

    private func tone(_ seconds: Int, _ level: Float) -> [Float] { (0..<seconds * 16_000).map { $0 % 2 == 0 ? level : -level } }

    @Test func `5 s and 180 s are accepted, 4.9 s and 181 s are not`() {
        #expect(rejection(.seconds(5)) == nil && rejection(.seconds(180)) == nil)
        #expect(rejection(.milliseconds(4_900)) == .tooShort(.milliseconds(4_900)))
        #expect(rejection(.seconds(181)) == .tooLong(.seconds(181)))
    }

    @Test func `another rate and several channels are rejected`() {
        #expect(rejection(.seconds(10), hertz: 8_000) == .wrongRate(.telephone))
        #expect(rejection(.seconds(10), channels: 2) == .severalChannels(2))
    }

    @Test func `silence, little, quiet and overdriven speech are rejected`() {
        #expect(rejection([]) == .noSpeech)
        #expect(rejection(tone(2, 0.1)) == .tooLittleSpeech(.seconds(2)))
        #expect(rejection(tone(4, 0.001)) == .tooQuiet)
        #expect(rejection(tone(4, 1)) == .clipped)
        #expect(rejection(tone(4, 0.1)) == nil)
    }

    @Test func `two voices are no profile`() throws {
        let one = try #require(Voiceprint([1, 0, 0], model: "m")), other = try #require(Voiceprint([-0.2, 1, 0], model: "m"))
        #expect(rejection(tone(4, 0.1), [one, one, one, other]) == .severalVoices)
        #expect(rejection(tone(4, 0.1), [one, one]) == nil)
        // Two recordings of one voice: two groups whose means are 0.50 apart.
        let pieces = try [
            [0.7746, 0, 0.6325, 0, 0, 0], [0.7746, 0, 0, 0.6325, 0, 0], [0.5112, 0.5820, 0, 0, 0.6325, 0], [0.5112, 0.5820, 0, 0, 0, 0.6325],
        ].map { try #require(Voiceprint($0, model: "m")) }
        #expect(rejection(tone(4, 0.1), pieces) == nil)
    }

    @Test func `runs closer than a second are joined and a second is kept after each`() {
        func range(_ start: Int, _ end: Int) -> SampleRange { SampleRange(SampleIndex(start * 1_000), SampleIndex(end * 1_000)) }
        let trimmed = Enrollment.trimmed([range(0, 20), range(30, 40), range(80, 90)], length: SampleCount(100_000))
        #expect(trimmed == [range(0, 56), range(80, 100)])
    }
}

@Suite struct `Teaching a voice` {
    private func sample(_ id: String, _ start: Double, _ end: Double, theirs: Bool = true) -> SegmentEnrollment.Sample {
        SegmentEnrollment.Sample(
            ID(id), .milliseconds(Int((start * 1_000).rounded()))...(.milliseconds(Int((end * 1_000).rounded()))), isTheirs: theirs)
    }

    @Test func `9.9 s are too little, 10 s enough, of long segments the middle`() {
        #expect(SegmentEnrollment.choose([sample("a", 0, 5), sample("b", 6, 10.9)]) == .needsMoreSpeech(.milliseconds(9_900)))
        #expect(SegmentEnrollment.choose([sample("a", 0, 20)]) == .windows([sample("a", 5, 15)]))
        #expect(SegmentEnrollment.choose([sample("a", 0, 0.9)]) == .needsMoreSpeech(.zero))
    }

    @Test func `what another spoke over is contaminated`() {
        #expect(SegmentEnrollment.choose([sample("a", 0, 10), sample("b", 9, 12, theirs: false)]) == .contaminated)
    }

    @Test func `4 words, a share of 69 % and a similarity of 0.59 are rejected`() {
        let one = [SpeakerLabel?](repeating: SpeakerLabel(0), count: 70),
            mixed = one.dropLast() + [SpeakerLabel?](repeating: SpeakerLabel(1), count: 31)
        #expect(SegmentEnrollment.isVerified(words: 5, speakers: [], similarity: 0.6))
        #expect(!SegmentEnrollment.isVerified(words: 4, speakers: [], similarity: 1))
        #expect(!SegmentEnrollment.isVerified(words: 100, speakers: [], similarity: 0.59))
        #expect(SegmentEnrollment.isVerified(words: 100, speakers: one + [SpeakerLabel?](repeating: SpeakerLabel(1), count: 30), similarity: 1))
        #expect(!SegmentEnrollment.isVerified(words: 100, speakers: Array(mixed), similarity: 1))
    }

    @Test(arguments: [
        ("Hello there, Anna.", "hello there anna", 1), ("one two three four", "one three two four", 0.75), ("one two", "three", 0), ("", "", 0),
        ("don't go", "dont go", 1), ("今日は雨です。", "今日は 雨 です", 1), ("今日は雨です", "明日は雪です", 4.0 / 6),
    ]) func `texts are alike by the words that both have in the same order`(one: String, other: String, similarity: Double) {
        #expect(abs(SegmentEnrollment.similarity(one, other) - similarity) < 1e-9)
        #expect(SegmentEnrollment.similarity(one, other) == SegmentEnrollment.similarity(other, one))
    }

    @Test func `makes a voice of a person whom no voice of theirs sounds like`() throws {
        func voice(_ id: String, _ owner: Voice.Owner, _ direction: [Float]) throws -> Voice {
            Voice(
                id: ID(id), number: 1, owner: owner, voiceprint: try #require(Voiceprint(direction, model: "m")), evidence: .seconds(5),
                created: UnixTime(milliseconds: 0))
        }
        func result(_ voices: Voice...) throws -> SegmentEnrollment.Result {
            SegmentEnrollment.result(try #require(Voiceprint([1, 0], model: "m")), of: ID("p"), beside: voices, rule: SpeakerRule())
        }
        let theirs = try voice("theirs", .person(ID("p")), [0.9, 0.1]), far = try voice("far", .person(ID("p")), [0, 1])
        let nobodys = try voice("nobodys", .nobody, [1, 0.1]), others = try voice("others", .person(ID("q")), [1, 0])
        #expect(try result() == .makes)
        #expect(try result(far) == .makes)
        #expect(try result(theirs, nobodys) == .nothing)
        #expect(try result(far, nobodys) == .makes)
        // Whose voice another's is, a machine may have mistaken; a hand has not.
        #expect(try result(others) == .makes)
    }
}
