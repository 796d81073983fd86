import Sessions
import Speech
import Testing

@Suite struct `The audio that is not final yet` {
    private func filled(_ samples: Int) -> AudioMemory {
        var memory = AudioMemory()
        (0..<samples).map { Int16(truncatingIfNeeded: $0) }.withUnsafeBytes { memory.append($0) }
        return memory
    }

    private func read(_ memory: AudioMemory, _ from: Int, _ to: Int) -> [Int16]? {
        var samples: [Int16] = []
        let isThere = memory.read(SampleRange(SampleIndex(from), SampleIndex(to))) { bytes in
            bytes.withUnsafeBytes { samples = Array($0.bindMemory(to: Int16.self)) }
        }
        return isThere ? samples : nil
    }

    @Test(arguments: [0, 1, 37, 99])
    func `is where it was, after what went before is forgotten`(forgotten: Int) {
        var memory = filled(100)
        memory.forget(before: SampleIndex(forgotten))
        #expect(read(memory, forgotten, 100) == (forgotten..<100).map { Int16($0) })
        #expect(memory.count == SampleCount(100 - forgotten))
        if forgotten > 0 { #expect(read(memory, forgotten - 1, 100) == nil) }
    }

    @Test func `does not grow when everything is final`() {
        var memory = AudioMemory()
        for step in 1...1_000 {
            [Int16](repeating: 0, count: 160).withUnsafeBytes { memory.append($0) }
            memory.forget(before: SampleIndex(160 * step))
        }
        #expect(memory.count == .zero)
        #expect(read(memory, 159_999, 160_000) == nil)
    }
}
