import LocalEngine
import Testing

@Suite struct `Recording level` {
    private func block(_ amplitude: Float) -> [Float] { (0..<16_000).map { amplitude * ($0 % 2 == 0 ? 1 : -1) } }

    private func factors(_ amplitudes: [Float]) -> [Float] {
        var level = RecordingLevel()
        for amplitude in amplitudes { level.add(block(amplitude)) }
        return amplitudes.indices.map { level.factor(ofBlock: $0) }
    }

    @Test func `ordinary speech stays as it is`() {
        #expect(factors([0.2, 0.05, 0.1]) == [1, 1, 1])
    }

    @Test func `quiet speech is raised to the ordinary, from its beginning`() {
        #expect(factors([0.0005, 0.005, 0.001]).allSatisfy { abs($0 - 10) < 0.01 })
    }

    @Test func `loud speech nearby keeps pauses quiet`() {
        #expect(factors([0.1, 0.001, 0.001]) == [1, 1, 1])
    }

    @Test func `a line without a voice is not raised`() {
        #expect(factors([0, 0.00001]) == [1, 1])
    }

    @Test func `speech far away does not count`() {
        let amplitudes = [Float](repeating: 0.2, count: 5) + [Float](repeating: 0.005, count: 40)
        let factors = factors(amplitudes)
        #expect(factors[0] == 1 && factors[5] == 1)
        #expect(factors[44] > 9)
    }
}
