internal import Net
internal import Synchronization

/// The slabs of one log: memory that outlives the process, into which the log is appended before a thread of its own brings it to the disk.
///
/// The memory is a mapped file beside the segments, so what was appended is the kernel's to keep when the process is killed, without a system
/// call; the next start brings it to its segments. Slabs are used again, the last one first: few are ever touched, and those stay in the processor's
/// cache. New ones are made ready by the writer, because a page that is touched for the first time waits for the file system. Belongs to its loop.
final class JournalRing {
    private let memory: JournalMemory
    private let writer: JournalWriter
    /// In the order in which they were given out.
    private var inUse: [JournalPage] = []
    private var free: [JournalPage] = []
    /// Places for slabs that were never used.
    private var unused = Array((0..<JournalMemory.maxSlabs).reversed())
    private let preparation = Preparation()

    /// State of the slabs that the writer makes ready.
    private final class Preparation: Sendable {
        let isUnderWay = Atomic<Bool>(false)
        let ready = Locked<[JournalPage]>([])
        /// Places for which there was no room on the disk.
        let refused = Locked<[Int]>([])
    }

    /// Below so many that are free, as many as there are already are made ready.
    private static let fewestFree = 4

    init(creating path: String, writer: JournalWriter) throws(JournalError) {
        memory = try JournalMemory(creating: path)
        self.writer = writer
        for _ in 0..<Self.fewestFree {
            // What cannot be had now may be had when it is needed.
            guard let slab = try? make() else { break }
            free.append(slab)
        }
    }

    /// Empty slabs. Fails when so much waits for the disk that there are no more, or when the disk is full.
    func take(_ count: Int) throws(JournalError) -> [JournalPage] {
        while let first = inUse.first, first.isSaved.load(ordering: .acquiring) { free.append(inUse.removeFirst()) }
        if free.count < count + Self.fewestFree { prepareMore() }
        while free.count < count { free.append(try make()) }
        let taken = Array(free.suffix(count))
        free.removeLast(count)
        inUse += taken
        return taken
    }

    /// The slab that holds a stretch of a segment; nil when that is in the segment's file.
    func slab(segment: UInt32, stretch: Int) -> JournalPage? {
        inUse.first { $0.segment == segment && $0.stretch == stretch }
    }

    /// Nothing is left of what is in the segments' files by now.
    func clear() {
        free += inUse.filter { $0.isSaved.load(ordering: .acquiring) }
        inUse.removeAll { $0.isSaved.load(ordering: .acquiring) }
        for slab in free { slab.reset() }
        for slab in inUse { slab.clearRoom() }
    }

    private func make() throws(JournalError) -> JournalPage {
        guard let place = unused.last else { throw .cannotWrite(path: memory.path, reason: "the disk does not accept earlier data") }
        let slab = try JournalPage(place, of: memory)
        unused.removeLast()
        return slab
    }

    private func prepareMore() {
        guard !preparation.isUnderWay.load(ordering: .acquiring) else { return }
        // Those that were used are taken before those that were not.
        preparation.ready.withLock { ready in
            free.insert(contentsOf: ready, at: 0)
            ready = []
        }
        preparation.refused.withLock { refused in
            unused += refused
            refused = []
        }
        let places = unused.suffix(max(Self.fewestFree, inUse.count + free.count))
        guard free.count < Self.fewestFree, !places.isEmpty else { return }
        unused.removeLast(places.count)
        preparation.isUnderWay.store(true, ordering: .relaxed)
        writer.prepare { [memory, preparation] in
            for place in places.reversed() {
                if let slab = try? JournalPage(place, of: memory) {
                    preparation.ready.withLock { $0.append(slab) }
                } else {
                    preparation.refused.withLock { $0.append(place) }
                }
            }
            preparation.isUnderWay.store(false, ordering: .releasing)
        }
    }
}
