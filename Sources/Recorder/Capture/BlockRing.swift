internal import Synchronization

/// Blocks of samples between the thread of the sound system and the one that delivers them. Neither waits for the other: when it is full, new
/// blocks are dropped and counted.
///
/// `@unchecked Sendable`: one thread writes and one reads; a block's memory belongs to the writer until `written` has passed it and to the reader
/// until `read` has, `told` is the reader's, and both counts are read with acquire and stored with release order.
final class BlockRing: @unchecked Sendable {
    let blockSize: Int
    private let capacity: Int
    private let samples: UnsafeMutablePointer<Int16>
    private let written = Atomic<Int>(0)
    private let read = Atomic<Int>(0)
    private let dropped = Atomic<Int>(0)
    /// For each block that waits, how many had been dropped before it came.
    private let droppedBefore: UnsafeMutablePointer<Int>
    /// The reader's: how many drops it has told of.
    private var told = 0

    /// - Parameters:
    ///   - blockSize: samples in one block.
    ///   - capacity: blocks that can wait.
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

    /// Samples that found no room.
    var droppedSamples: Int { dropped.load(ordering: .relaxed) * blockSize }

    /// The writer's: copies one block.
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

    /// The reader's: hands out the oldest block; false when there is none.
    ///
    /// - Parameter lost: told first, when samples were dropped between the block before and this one: how many.
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
