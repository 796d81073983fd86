internal import Net
internal import Synchronization

/// The pages of one log: memory that outlives the process. The log is appended to it before a separate thread writes it to the disk.
///
/// The memory is a mapped file next to the segments, so the kernel keeps the appended bytes when the process is killed, without a system call. The
/// next start writes them to their segments. Pages are used again, the last one first, so that few are touched and these stay in the processor's
/// cache. The writer makes new pages ready, because the first touch of memory waits for the file system. Belongs to its loop.
final class JournalRing {
    private let memory: JournalMemory
    private let writer: JournalWriter
    /// Pages in use, in the order in which they were taken.
    private var inUse: [JournalPage] = []
    private var free: [JournalPage] = []
    /// Indices of pages that were never used.
    private var unused = Array((0..<JournalMemory.maxPages).reversed())
    private let preparation = Preparation()

    /// State of the pages that the writer makes ready.
    private final class Preparation: Sendable {
        let isUnderWay = Atomic<Bool>(false)
        let ready = Mutex<[JournalPage]>([])
        /// Indices of pages for which there was no room on the disk.
        let rejected = Mutex<[Int]>([])
    }

    /// Number of free pages below which the writer makes as many ready as there are already.
    private static let fewestFree = 4

    init(creating path: String, writer: JournalWriter) throws(JournalError) {
        memory = try JournalMemory(creating: path)
        self.writer = writer
        for _ in 0..<Self.fewestFree {
            // A page that cannot be made now may be made when it is needed.
            guard let page = try? make() else { break }
            free.append(page)
        }
    }

    /// Takes empty pages. Fails when all pages wait for the disk, or when the disk is full.
    func take(_ count: Int) throws(JournalError) -> [JournalPage] {
        while let first = inUse.first, first.isSaved.load(ordering: .acquiring) { free.append(inUse.removeFirst()) }
        if free.count < count + Self.fewestFree { prepareMore() }
        while free.count < count { free.append(try make()) }
        let taken = Array(free.suffix(count))
        free.removeLast(count)
        inUse += taken
        return taken
    }

    /// Returns the page that holds a stretch of a segment; nil when the stretch is in the segment's file.
    func page(segment: UInt32, stretch: Int) -> JournalPage? {
        inUse.first { $0.segment == segment && $0.stretch == stretch }
    }

    /// Clears all bytes that are in the segments' files by now.
    func clear() {
        free += inUse.filter { $0.isSaved.load(ordering: .acquiring) }
        inUse.removeAll { $0.isSaved.load(ordering: .acquiring) }
        for page in free { page.reset() }
        for page in inUse { page.clearRoom() }
    }

    private func make() throws(JournalError) -> JournalPage {
        guard let place = unused.last else { throw .cannotWrite(path: memory.path, reason: "the disk does not accept earlier data") }
        let page = try JournalPage(place, of: memory)
        unused.removeLast()
        return page
    }

    private func prepareMore() {
        guard !preparation.isUnderWay.load(ordering: .acquiring) else { return }
        // Pages that were used are taken before pages that were not.
        preparation.ready.withLock { ready in
            free.insert(contentsOf: ready, at: 0)
            ready = []
        }
        preparation.rejected.withLock { rejected in
            unused += rejected
            rejected = []
        }
        let places = unused.suffix(max(Self.fewestFree, inUse.count + free.count))
        guard free.count < Self.fewestFree, !places.isEmpty else { return }
        unused.removeLast(places.count)
        preparation.isUnderWay.store(true, ordering: .relaxed)
        writer.prepare { [memory, preparation] in
            for place in places.reversed() {
                if let page = try? JournalPage(place, of: memory) {
                    preparation.ready.withLock { $0.append(page) }
                } else {
                    preparation.rejected.withLock { $0.append(place) }
                }
            }
            preparation.isUnderWay.store(false, ordering: .releasing)
        }
    }
}
