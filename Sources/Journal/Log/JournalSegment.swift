internal import Glibc
internal import Net
internal import Synchronization

/// One file of a log, open for as long as somebody may read it.
// Sendable by proof: `length`, `stretches`, `sessions`, `held`, `byUser` and `reader` are the loop's; `isDirect`, `isUnsynced`, `written` and `isInDirectory` are the writer's; the rest is
// constant, atomic or locked.
package final class JournalSegment: @unchecked Sendable {
    let number: UInt32
    let path: String
    /// Bytes appended, in the file or still in slabs.
    var length = 0
    /// Slabs that were begun.
    var stretches = 0
    /// Sessions that wrote into it and have not ended.
    var sessions: Set<UInt64> = []
    /// Sessions that wrote into it.
    var held: Set<UInt64> = []
    /// Bytes that each user's sessions wrote into it.
    var byUser: [Int: Int] = [:]
    /// The writer was told to come soon.
    let isSavePlanned = Atomic<Bool>(false)
    /// Bytes that are on the disk.
    let synced = Atomic<Int>(0)
    /// A sync has failed. The kernel says so once and forgets it, with the bytes, so that the next sync would succeed and prove nothing: nothing that
    /// comes to this file is told as durable any more, and the log begins another.
    let isBroken = Atomic<Bool>(false)
    /// The file is deleted: nothing need be written.
    let isDropped = Atomic<Bool>(false)

    private let descriptor: Int32
    private var reader: Int32 = -1
    /// Slabs with bytes that are not in the file, in order; all but the last are sealed.
    private let unsaved = Locked<[JournalPage]>([])
    private var isDirect: Bool
    private var isUnsynced = false
    /// Bytes that were written.
    private var written = 0
    /// The file's name was synced.
    private var isInDirectory = false
    /// Alignment in bytes of writes past the page cache. Each such write begins and ends at a multiple of this size.
    private static let page = 4_096
    /// The last bytes are written as a page, with zeros behind them.
    private let lastPage = UnsafeMutableRawPointer.allocate(byteCount: page, alignment: page)

    init(directory: String, loop: Int, number: UInt32) throws(JournalError) {
        self.number = number
        path = "\(directory)/\(Self.name(loop: loop, number: number))"
        let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
        // Past the page cache: nobody reads the bytes again but a session that was interrupted, and copying them costs more than writing them.
        var opened = open(path, flags | __O_DIRECT, 0o600)
        isDirect = opened >= 0
        if opened < 0, errno == EINVAL {
            // Some file systems make the file before they refuse.
            unlink(path)
            opened = open(path, flags, 0o600)
        }
        descriptor = opened
        guard opened >= 0 else { throw .cannotCreate(path: path, reason: String(cString: strerror(errno))) }
    }

    deinit {
        close(descriptor)
        if reader >= 0 { close(reader) }
        lastPage.deallocate()
    }

    static func name(loop: Int, number: UInt32) -> String { "\(loop)-\(number).journal" }

    /// The loop and number that a file's name holds.
    static func parse(_ name: String, suffix: String = ".journal") -> (loop: Int, number: UInt32)? {
        guard name.hasSuffix(suffix) else { return nil }
        let parts = name.dropLast(suffix.utf8.count).split(separator: "-")
        guard parts.count == 2, let loop = Int(parts[0]), let number = UInt32(parts[1]) else { return nil }
        return (loop, number)
    }

    // MARK: - The loop

    /// Everything that was appended is on the disk.
    var isSynced: Bool { synced.load(ordering: .acquiring) >= length }

    /// The slab has the segment's next stretch.
    func begin(_ slab: JournalPage) {
        slab.begin(segment: number, stretch: stretches)
        stretches += 1
        unsaved.withLock { $0.append(slab) }
    }

    /// Reads what the writer has brought to the file.
    func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(JournalError) {
        if reader < 0 { reader = open(path, O_RDONLY | O_CLOEXEC) }
        guard reader >= 0 else { throw .cannotRead(path: path, reason: String(cString: strerror(errno))) }
        var done = 0
        while done < buffer.count {
            let count = pread(reader, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset + done))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                throw .cannotRead(
                    path: path, reason: count == 0 ? "the file ends before byte \(offset + buffer.count)" : String(cString: strerror(errno)))
            }
            done += count
        }
    }

    func delete() {
        isDropped.store(true, ordering: .relaxed)
        unlink(path)
    }

    // MARK: - The writer

    /// Brings slabs to the file: those that are sealed, or everything there is, and that to the disk.
    ///
    /// - Parameter disk: nil: the kernel writes when it likes.
    /// - Returns: number of bytes that are on the disk now; nil when nothing was synced.
    func save(everything: Bool, to disk: DiskSync?) throws(JournalError) -> Int? {
        while let slab = unsaved.withLock({ $0.first }) {
            let isSealed = slab.isSealed.load(ordering: .acquiring)
            guard isSealed || everything else { break }
            if !isDropped.load(ordering: .relaxed) { try write(slab) }
            slab.makeReady()
            guard isSealed else { break }
            unsaved.withLock { _ = $0.removeFirst() }
            slab.isSaved.store(true, ordering: .releasing)
        }
        guard everything, let disk, isUnsynced, !isBroken.load(ordering: .relaxed) else { return nil }
        let bytes = written
        // A file that is on the disk and has no name there is lost as well.
        if let problem = disk.sync(descriptor) ?? (isInDirectory ? nil : disk.syncFolder(of: path)) {
            isBroken.store(true, ordering: .relaxed)
            throw .cannotSync(path: path, reason: problem)
        }
        isInDirectory = true
        isUnsynced = false
        synced.store(bytes, ordering: .releasing)
        return bytes
    }

    /// Everything that the loop has sealed is in the file.
    var isSaved: Bool { unsaved.withLock { $0.isEmpty } }

    private func write(_ slab: JournalPage) throws(JournalError) {
        let filled = slab.filled.load(ordering: .acquiring)
        guard filled > slab.saved else { return }
        let start = slab.saved / Self.page * Self.page
        let whole = filled / Self.page * Self.page
        let offset = slab.stretch * JournalPage.size
        try write(UnsafeRawBufferPointer(start: slab.bytes + start, count: whole - start), at: offset + start)
        if filled > whole {
            lastPage.initializeMemory(as: UInt8.self, repeating: 0, count: Self.page)
            lastPage.copyMemory(from: slab.bytes + whole, byteCount: filled - whole)
            try write(UnsafeRawBufferPointer(start: lastPage, count: Self.page), at: offset + whole)
        }
        slab.saved = filled
        written = offset + filled
        isUnsynced = true
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalError) {
        var done = 0
        while done < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
            if count > 0 {
                // A direct write that was cut short goes on at the page in which it ended.
                done = done + count < bytes.count && isDirect ? (done + count) / Self.page * Self.page : done + count
                if count >= Self.page || !isDirect || done == bytes.count { continue }
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EINVAL, isDirect {
                isDirect = false
                if fcntl(descriptor, F_SETFL, 0) == 0 { continue }
            }
            throw .cannotWrite(path: path, reason: String(cString: strerror(count < 0 ? errno : ENOSPC)))
        }
    }
}
