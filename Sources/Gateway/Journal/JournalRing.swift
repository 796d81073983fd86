internal import Synchronization

/// The slabs of one log: memory that outlives the process, into which the log is appended before a thread of its own brings it to the disk.
///
/// The memory is a mapped file beside the segments, so what was appended is the kernel's to keep when the process is killed, without a system
/// call; the next start brings it to its segments. Slabs are used again, the last one first: few are ever touched, and those stay in the processor's
/// cache. Belongs to its loop.
final class JournalRing {
    private let memory: JournalMemory
    /// In the order in which they were given out.
    private var inUse: [JournalSlab] = []
    private var free: [JournalSlab] = []
    private var made = 0

    init(creating path: String) throws(JournalError) { memory = try JournalMemory(creating: path) }

    /// Empty slabs. Fails when so much waits for the disk that there are no more, or when the disk is full.
    func take(_ count: Int) throws(JournalError) -> [JournalSlab] {
        while let first = inUse.first, first.isSaved.load(ordering: .acquiring) { free.append(inUse.removeFirst()) }
        while free.count < count {
            guard made < JournalMemory.mostSlabs else {
                throw .cannotWrite(path: memory.path, reason: "the disk does not take what was written before")
            }
            try memory.allocate(made)
            free.insert(JournalSlab(made, of: memory), at: 0)
            made += 1
        }
        let taken = Array(free.suffix(count))
        free.removeLast(count)
        inUse += taken
        return taken
    }

    /// The slab that holds a stretch of a segment; nil when that is in the segment's file.
    func slab(segment: UInt32, stretch: Int) -> JournalSlab? {
        inUse.first { $0.segment == segment && $0.stretch == stretch }
    }
}
