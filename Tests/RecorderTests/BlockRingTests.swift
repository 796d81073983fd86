@testable import Recorder
import Testing

@Suite struct `The ring of blocks` {
    private func taken(_ ring: BlockRing) -> [Int16]? {
        var samples: [Int16] = []
        let isThere = ring.take { bytes in bytes.withUnsafeBytes { samples += $0.bindMemory(to: Int16.self) } }
        return isThere ? samples : nil
    }

    @Test func `gives blocks in order, again and again`() {
        let ring = BlockRing(blockSize: 2, capacity: 3)
        for round in 0..<5 as Range<Int16> {
            ring.write([round, 1])
            ring.write([round, 2])
            #expect(taken(ring) == [round, 1])
            #expect(taken(ring) == [round, 2])
            #expect(taken(ring) == nil)
        }
        #expect(ring.droppedSamples == 0)
    }

    @Test func `drops and counts what finds no room, and keeps what is there`() {
        let ring = BlockRing(blockSize: 4, capacity: 2)
        for value in 0..<5 as Range<Int16> { ring.write([value, value, value, value]) }
        #expect(ring.droppedSamples == 12)
        #expect(taken(ring) == [0, 0, 0, 0])
        #expect(taken(ring) == [1, 1, 1, 1])
        #expect(taken(ring) == nil)
    }
}
