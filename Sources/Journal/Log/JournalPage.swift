internal import Glibc
internal import Synchronization

/// A piece of a ring's memory that holds one stretch of a segment until the stretch is in the segment's file.
///
/// The loop fills the page and seals it. The writer writes the filled bytes to the file. Then the loop may use the page again.
// Sendable by proof: `filled`, `isSealed` and `isSaved` are atomic. Only the writer uses `saved` from the moment that a segment has the page until
// `isSaved` is set, and only the loop otherwise. Only the loop changes the rest, and neither the rest nor the bytes before `filled` change while the
// writer has the page.
final class JournalPage: @unchecked Sendable {
    /// Size of every page in bytes. A stretch begins at a multiple of this size.
    static let size = 256 << 10

    private let ring: JournalMemory
    private let index: Int
    let bytes: UnsafeMutableRawPointer
    private(set) var segment: UInt32 = .max
    /// Index of this stretch in the segment.
    private(set) var stretch = 0
    /// Number of filled bytes, as the loop counts them.
    private(set) var count = 0
    /// Number of filled bytes that the writer may write.
    let filled = Atomic<Int>(0)
    /// True if no more bytes come.
    let isSealed = Atomic<Bool>(false)
    /// True if all bytes are in the segment's file.
    let isSaved = Atomic<Bool>(true)
    /// Number of bytes that are in the segment's file.
    var saved = 0

    /// Reserves room for the page on the disk and makes its memory ready.
    init(_ index: Int, of ring: JournalMemory) throws(JournalError) {
        try ring.allocate(index)
        self.ring = ring
        self.index = index
        bytes = ring.page(index)
        makeReady()
    }

    /// Makes the memory of the page and of the ring's header ready to be written, so that the loop need not wait for the file system, which takes
    /// memory away after it has written it to the disk.
    func makeReady() { ring.makeReady(index) }

    var room: Int { Self.size - count }

    /// Empties the page and assigns it to another stretch.
    func begin(segment: UInt32, stretch: Int) {
        self.segment = segment
        self.stretch = stretch
        count = 0
        saved = 0
        filled.store(0, ordering: .relaxed)
        isSealed.store(false, ordering: .relaxed)
        isSaved.store(false, ordering: .relaxed)
        ring.note(index, segment: segment, stretch: stretch)
    }

    /// Counts `more` bytes that were written behind the earlier ones.
    func grow(by more: Int) {
        count += more
        filled.store(count, ordering: .releasing)
        ring.note(index, filled: count)
    }

    /// Empties the page, which is not in use, and removes its assignment.
    func reset() {
        ring.note(index, filled: 0)
        segment = .max
        count = 0
        clearRoom()
    }

    /// Overwrites the unused part with zeros, so that no earlier contents of the page are left there.
    func clearRoom() { (bytes + count).initializeMemory(as: UInt8.self, repeating: 0, count: room) }

    func seal() { isSealed.store(true, ordering: .releasing) }

    func append(_ more: UnsafeRawBufferPointer) {
        guard let source = more.baseAddress else { return }
        (bytes + count).copyMemory(from: source, byteCount: more.count)
        grow(by: more.count)
    }
}
