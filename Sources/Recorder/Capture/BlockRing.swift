internal import Synchronization

/// A ring of sample blocks from the thread of the sound system to the thread that delivers them. Neither thread waits for the other: when the ring is
/// full, new blocks are dropped and counted.
///
/// `@unchecked Sendable`: one thread writes and one thread reads. A block's memory belongs to the writer until `written` has passed the block, and to
/// the reader until `read` has passed it. Only the reader uses `told`. Both counts are read with acquire order and stored with release order.
final class BlockRing: @unchecked Sendable {
    let blockSize: Int
    private let capacity: Int
    private let samples: UnsafeMutablePointer<Int16>
    private let written = Atomic<Int>(0)
    private let read = Atomic<Int>(0)
    private let dropped = Atomic<Int>(0)
    /// For each waiting block, the total number of blocks that had been dropped before it.
    private let droppedBefore: UnsafeMutablePointer<Int>
    /// Number of dropped blocks that the reader has reported. Only the reader uses it.
    private var told = 0

    /// - Parameters:
    ///   - blockSize: number of samples in a block.
    ///   - capacity: maximum number of waiting blocks.
    init(blockSize: Int, capacity: Int) {
        self.blockSize = blockSize
        self.capacity = capacity
        samples = .allocate(capacity: blockSize * capacity)
        samples.initialize(repeating: 0, count: blockSize * capacity)
        droppedBefore = .allocate(capacity: capacity)
        droppedBefore.initialize(repeating: 0, count: capacity)
    }

    deinit {
        samples.deallocate()
        droppedBefore.deallocate()
    }

    /// Number of samples that were dropped because the ring was full.
    var droppedSamples: Int { dropped.load(ordering: .relaxed) * blockSize }

    /// Copies one block into the ring. Only the writer calls this.
    func write(_ block: UnsafePointer<Int16>) {
        let position = written.load(ordering: .relaxed)
        guard position - read.load(ordering: .acquiring) < capacity else {
            dropped.add(1, ordering: .relaxed)
            return
        }
        (samples + position % capacity * blockSize).update(from: block, count: blockSize)
        droppedBefore[position % capacity] = dropped.load(ordering: .relaxed)
        written.store(position + 1, ordering: .releasing)
    }

    /// Passes the oldest block to `body`; returns false when the ring is empty. Only the reader calls this.
    ///
    /// - Parameter lost: called first, with the number of samples that were dropped between the previous block and this one, if there are any.
    func take(lost: (Int) -> Void = { _ in }, _ body: (RawSpan) -> Void) -> Bool {
        let position = read.load(ordering: .relaxed)
        guard position < written.load(ordering: .acquiring) else { return false }
        let drops = droppedBefore[position % capacity]
        if drops > told {
            lost((drops - told) * blockSize)
            told = drops
        }
        let block = UnsafeBufferPointer(start: samples + position % capacity * blockSize, count: blockSize)
        body(block.span.bytes)
        read.store(position + 1, ordering: .releasing)
        return true
    }
}
