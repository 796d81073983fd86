@testable import Evaluation
import Testing

struct SpeakerErrorTests {
    private func turn(_ speaker: String, _ start: Double, _ end: Double) -> SpokenTurn {
        SpokenTurn(start: .seconds(start), end: .seconds(end), speaker: speaker)
    }

    @Test("names do not matter, only who is who")
    func renamed() {
        let error = DiarizationError(reference: [turn("a", 0, 5), turn("b", 5, 9)], hypothesis: [turn("1", 0, 5), turn("2", 5, 9)])
        #expect(error.rate == 0)
        #expect(error.speech == .seconds(9))
    }

    @Test("counts speech missed, invented and given to another")
    func parts() {
        let error = DiarizationError(
            reference: [turn("a", 0, 4), turn("b", 4, 8)], hypothesis: [turn("1", 0, 3), turn("1", 4, 5), turn("2", 5, 9)])
        #expect(error.missed == .seconds(1))
        #expect(error.confused == .seconds(1))
        #expect(error.falseAlarm == .seconds(1))
        #expect(error.rate == 3.0 / 8)
    }

    @Test("two who speak at once are two")
    func overlap() {
        let error = DiarizationError(reference: [turn("a", 0, 4), turn("b", 2, 4)], hypothesis: [turn("1", 0, 4)])
        #expect(error.missed == .seconds(2))
        #expect(error.speech == .seconds(6))
    }

    @Test("what lies within the collar is not judged")
    func collar() {
        let reference = [turn("a", 1, 5)]
        let hypothesis = [turn("1", 1.2, 5.2)]
        #expect(DiarizationError(reference: reference, hypothesis: hypothesis, collar: .milliseconds(250)).rate == 0)
        #expect(DiarizationError(reference: reference, hypothesis: hypothesis).rate > 0.09)
    }

    @Test("pairs speakers so that most is shared, not one after the other")
    func pairing() {
        // Taken greedily, 1 is a (10) and 2 has nobody (0): 10. The best is 1 with b and 2 with a: 9 + 8.
        let pairs = SpeakerPairing(shared: ["1": ["a": 10, "b": 9], "2": ["a": 8]]).pairs
        #expect(pairs == ["1": "b", "2": "a"])
    }

    @Test("nobody said anything and nobody was found: no error; somebody was found: all of it is")
    func silence() {
        #expect(DiarizationError(reference: [], hypothesis: []).rate == 0)
        #expect(DiarizationError(reference: [], hypothesis: [turn("1", 0, 1)]).rate == 1)
    }

    @Test("splitting one speaker in three keeps purity and shows in the error and the inflation")
    func split() {
        var words = WordSpeakers()
        for cluster in ["1", "2", "3"] { words.add(words: 10, cluster: cluster, speaker: "a") }
        #expect(words.tally.purity == 1)
        #expect(words.tally.inflation == 3)
        #expect(abs(words.tally.error - 2.0 / 3) < 1e-12)
    }

    @Test("words that are given to nobody are errors, words of nobody known are not counted")
    func missing() {
        var words = WordSpeakers()
        words.add(words: 3, cluster: nil, speaker: "a")
        words.add(words: 1, cluster: "1", speaker: "a")
        words.add(words: 9, cluster: "1", speaker: nil)
        #expect(words.tally.error == 0.75)
        #expect(words.tally.purity == 1)
    }
}
