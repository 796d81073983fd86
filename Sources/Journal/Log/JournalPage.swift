internal import Glibc
internal import Synchronization

/// A piece of a ring's memory that holds one stretch of a segment until that is in the segment's file.
///
/// The loop fills it and seals it, the writer writes what is filled, then the loop may use it again.
// Sendable by proof: `filled`, `isSealed` and `isSaved` are atomic; `saved` is the writer's from the moment that a segment has the slab until
// `isSaved`, and the loop's otherwise; the rest is the loop's and does not change while the writer has the slab, nor do the bytes before `filled`.
final class JournalPage: @unchecked Sendable {
    /// Size of every slab in bytes. A stretch begins at a multiple of this size.
    static let size = 256 << 10

    private let ring: JournalMemory
    private let index: Int
    let bytes: UnsafeMutableRawPointer
    private(set) var segment: UInt32 = .max
    /// Index of this stretch in the segment.
    private(set) var stretch = 0
    /// Bytes that are there, as the loop counts them.
    private(set) var count = 0
    /// Bytes that may be written, for the writer.
    let filled = Atomic<Int>(0)
    /// No more bytes come.
    let isSealed = Atomic<Bool>(false)
    /// All bytes are in the segment's file.
    let isSaved = Atomic<Bool>(true)
    /// Bytes that are in the segment's file.
    var saved = 0

    /// Makes room for it on the disk and has its pages ready.
    init(_ index: Int, of ring: JournalMemory) throws(JournalError) {
        try ring.allocate(index)
        self.ring = ring
        self.index = index
        bytes = ring.slab(index)
        makeReady()
    }

    /// Has its pages and those of the ring's header ready to be written, so that the loop need not wait for the file system: that takes pages away
    /// when it has brought them to the disk.
    func makeReady() { ring.makeReady(index) }

    var room: Int { Self.size - count }

    /// Stands for another stretch from now on, and is empty.
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

    /// `more` bytes were written behind those that there were.
    func grow(by more: Int) {
        count += more
        filled.store(count, ordering: .releasing)
        ring.note(index, filled: count)
    }

    /// It is in no use, and stands for nothing any more.
    func reset() {
        ring.note(index, filled: 0)
        segment = .max
        count = 0
        clearRoom()
    }

    /// Overwrites the part that is not written yet with zeros, so that nothing of the slab's earlier contents is left there.
    func clearRoom() { (bytes + count).initializeMemory(as: UInt8.self, repeating: 0, count: room) }

    func seal() { isSealed.store(true, ordering: .releasing) }

    func append(_ more: UnsafeRawBufferPointer) {
        guard let source = more.baseAddress else { return }
        (bytes + count).copyMemory(from: source, byteCount: more.count)
        grow(by: more.count)
    }
}
