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
