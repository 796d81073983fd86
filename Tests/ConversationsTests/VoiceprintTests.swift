import Testing

@testable import Conversations

@Suite("Voiceprint") struct VoiceprintTests {
    @Test(arguments: [([1, 0], 0), ([0, 2], 1), ([-3, 0], 2)] as [([Float], Float)])
    func `is 0 from its own direction, 1 from an unrelated one, 2 from the opposite`(_ other: [Float], _ distance: Float) throws {
        let one = try #require(Voiceprint([2, 0], model: "m"))
        let two = try #require(Voiceprint(other, model: "m"))
        #expect(abs(one.distance(to: two) - distance) < 1e-6)
    }

    @Test(arguments: [[], [0, 0], [Float.nan, 1], [.infinity, 1]] as [[Float]])
    func `is none of a vector without direction`(_ vector: [Float]) {
        #expect(Voiceprint(vector, model: "m") == nil)
    }

    @Test func `is as far as can be from one of another model, or of another length`() throws {
        let one = try #require(Voiceprint([1, 0], model: "m"))
        #expect(one.distance(to: try #require(Voiceprint([1, 0], model: "n"))) == 2)
        #expect(one.distance(to: try #require(Voiceprint([1, 0, 0], model: "m"))) == 2)
    }

    @Test func `lies, joined with another, nearer to the one with more speech`() throws {
        let one = try #require(Voiceprint([1, 0], model: "m"))
        let two = try #require(Voiceprint([0, 1], model: "m"))
        let joined = try #require(one.joined(with: two, weights: (3, 1)))
        #expect(joined.distance(to: one) < joined.distance(to: two))
    }
}

@Suite struct `Voiceprint by two models` {
    private func one(_ x: Float, _ y: Float) -> Voiceprint { Voiceprint([x, y], model: "one")! }
    private func both(_ x: Float, _ y: Float, _ z: Float, _ w: Float) -> Voiceprint {
        Voiceprint(parts: [one(x, y), Voiceprint([z, w], model: "two")!])!
    }

    @Test func `gives each model the same weight, whatever the lengths of the vectors`() {
        let voice = Voiceprint([3, 4, 0, 100], model: "one+two")
        #expect(voice.map { $0.distance(to: both(0.6, 0.8, 0, 1)) < 1e-6 } == true)
        #expect(voice.map { $0.direction.reduce(0) { $0 + $1 * $1 } }.map { abs($0 - 1) < 1e-6 } == true)
        #expect(Voiceprint([1, 0, 0], model: "one+two") == nil)
        #expect(Voiceprint([1, 0, 0, 0], model: "one+two") == nil)
    }

    @Test func `is compared by the mean of the cosines, so that the threshold of one model holds`() {
        // Cosines 1 and 0.
        #expect(abs(both(1, 0, 1, 0).distance(to: both(1, 0, 0, 1)) - 0.5 * 0.50 / 0.56) < 1e-6)
        #expect(abs(both(1, 0, 1, 0).distance(to: both(2, 0, 3, 0))) < 1e-6)
    }

    /// The same, of telephone speech.
    private func telephone(_ x: Float, _ y: Float, _ z: Float, _ w: Float) -> Voiceprint {
        Voiceprint(parts: [one(x, y), Voiceprint([z, w], model: "two")!], isTelephone: true)!
    }

    @Test func `is compared by sorts of speech: one threshold for microphone and telephone`() throws {
        #expect(telephone(1, 0, 1, 0).model == "one+two/telephone" && telephone(1, 0, 1, 0).isTelephone)
        // Cosines 1 and 0.
        #expect(abs(both(1, 0, 1, 0).distance(to: telephone(1, 0, 0, 1)) - 0.5 * 0.50 / 0.62) < 1e-6)
        #expect(abs(telephone(1, 0, 1, 0).distance(to: both(1, 0, 0, 1)) - 0.5 * 0.50 / 0.62) < 1e-6)
        #expect(abs(telephone(1, 0, 1, 0).distance(to: telephone(1, 0, 0, 1)) - 0.5 * 0.50 / 0.43) < 1e-6)
        #expect(abs(telephone(1, 0, 1, 0).distance(to: one(0.6, 0.8)) - 0.4) < 1e-6)
        let kept = try #require(Voiceprint(telephone(3, 4, 0, 1).direction, model: "one+two/telephone"))
        #expect(kept.distance(to: telephone(3, 4, 0, 1)) < 1e-6, "it is the same when it is read again")
    }

    @Test func `is of telephone speech, joined, where no microphone was heard`() {
        let voice = telephone(1, 0, 0, 1)
        #expect(voice.joined(with: telephone(0, 1, 0, 1), weights: (own: 1, other: 1))?.model == "one+two/telephone")
        #expect(voice.joined(with: one(0, 1), weights: (own: 1, other: 1))?.model == "one+two/telephone")
        #expect(voice.joined(with: both(0, 1, 0, 1), weights: (own: 1, other: 1))?.model == "one+two")
        #expect(one(1, 0).joined(with: one(0, 1), weights: (own: 1, other: 1))?.model == "one")
    }

    @Test func `is compared by the model that has heard both voices`() {
        #expect(abs(both(1, 0, 1, 0).distance(to: one(0.6, 0.8)) - 0.4) < 1e-6)
        #expect(abs(one(0.6, 0.8).distance(to: both(1, 0, 1, 0)) - 0.4) < 1e-6)
        let other = Voiceprint([1, 0], model: "three")!
        #expect(!both(1, 0, 1, 0).isComparable(to: other) && both(1, 0, 1, 0).distance(to: other) == 2)
    }

    @Test func `keeps what the second model has heard when it is joined with a voiceprint by one model`() {
        let joined = one(0, 1).joined(with: both(1, 0, 0, 1), weights: (own: 1, other: 1))
        #expect(joined?.model == "one+two")
        #expect(joined.map { $0.distance(to: both(1, 1, 0, 1)) < 1e-6 } == true)
        #expect(both(1, 0, 0, 1).joined(with: Voiceprint([1, 0], model: "three")!, weights: (own: 1, other: 1)) == nil)
    }
}
