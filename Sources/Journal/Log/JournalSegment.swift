internal import Glibc
internal import Net
internal import Synchronization

/// One file of a log, open for as long as it may be read.
// Sendable by proof: only the loop uses `length`, `stretches`, `sessions`, `held`, `byUser` and `reader`; only the writer uses `isDirect`,
// `isUnsynced`, `written`, `isInDirectory` and the bytes of `lastPage`; the rest is constant, atomic or locked.
package final class JournalSegment: @unchecked Sendable {
    let number: UInt32
    let path: String
    /// Number of appended bytes, in the file or still in pages.
    var length = 0
    /// Number of pages that were begun.
    var stretches = 0
    /// Sessions that have blocks in the segment and have not ended.
    var sessions: Set<UInt64> = []
    /// All sessions that have blocks in the segment.
    var held: Set<UInt64> = []
    /// Number of bytes that each user's sessions have appended.
    var byUser: [Int: Int] = [:]
    /// True if a save of the segment is planned.
    let isSavePlanned = Atomic<Bool>(false)
    /// Number of bytes that are on the disk.
    let synced = Atomic<Int>(0)
    /// True if a sync has failed. The kernel reports that once and drops the bytes, so that the next sync would succeed and prove nothing. Later
    /// bytes of this file are never reported as durable, and the log begins another segment.
    let isBroken = Atomic<Bool>(false)
    /// True if the file is deleted and need not be written.
    let isDropped = Atomic<Bool>(false)

    private let descriptor: Int32
    private var reader: Int32 = -1
    /// Pages with bytes that are not in the file, in order; all but the last are sealed.
    private let unsaved = Mutex<[JournalPage]>([])
    private var isDirect: Bool
    private var isUnsynced = false
    /// Number of bytes that were written.
    private var written = 0
    /// True if the file's name is on the disk.
    private var isInDirectory = false
    /// Alignment in bytes of writes past the page cache. Each such write begins and ends at a multiple of this size.
    private static let diskPage = 4_096
    /// Buffer for the last page of the file: the last bytes, with zeros behind them.
    private let lastPage = UnsafeMutableRawPointer.allocate(byteCount: diskPage, alignment: diskPage)

    init(directory: String, loop: Int, number: UInt32) throws(JournalError) {
        self.number = number
        path = "\(directory)/\(Self.name(loop: loop, number: number))"
        let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
        // Past the page cache: only the recovery of an interrupted session reads the bytes again, and copying costs more than writing.
        var opened = open(path, flags | __O_DIRECT, 0o600)
        isDirect = opened >= 0
        if opened < 0, errno == EINVAL {
            // Some file systems create the file before they reject the flag.
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

    /// Returns the loop and the number in a file's name; nil if it is not a segment's name.
    static func parse(_ name: String, suffix: String = ".journal") -> (loop: Int, number: UInt32)? {
        guard name.hasSuffix(suffix) else { return nil }
        let parts = name.dropLast(suffix.utf8.count).split(separator: "-")
        guard parts.count == 2, let loop = Int(parts[0]), let number = UInt32(parts[1]) else { return nil }
        return (loop, number)
    }

    // MARK: - The loop

    /// True if everything that was appended is on the disk.
    var isSynced: Bool { synced.load(ordering: .acquiring) >= length }

    /// Begins the segment's next stretch in the page.
    func begin(_ page: JournalPage) {
        page.begin(segment: number, stretch: stretches)
        stretches += 1
        unsaved.withLock { $0.append(page) }
    }

    /// Reads bytes that the writer has written to the file.
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

    /// Writes pages to the file.
    ///
    /// - Parameters:
    ///   - everything: true: writes all bytes and syncs the file; false: writes sealed pages only.
    ///   - disk: brings the file to the disk; nil: the kernel chooses the time.
    /// - Returns: number of bytes that are on the disk now; nil when nothing was synced.
    func save(everything: Bool, to disk: DiskSync?) throws(JournalError) -> Int? {
        while let page = unsaved.withLock({ $0.first }) {
            let isSealed = page.isSealed.load(ordering: .acquiring)
            guard isSealed || everything else { break }
            if !isDropped.load(ordering: .relaxed) { try write(page) }
            page.makeReady()
            guard isSealed else { break }
            unsaved.withLock { _ = $0.removeFirst() }
            page.isSaved.store(true, ordering: .releasing)
        }
        guard everything, let disk, isUnsynced, !isBroken.load(ordering: .relaxed) else { return nil }
        let bytes = written
        // A file on the disk without its name on the disk would be lost as well.
        if let problem = disk.sync(descriptor) ?? (isInDirectory ? nil : disk.syncFolder(of: path)) {
            isBroken.store(true, ordering: .relaxed)
            throw .cannotSync(path: path, reason: problem)
        }
        isInDirectory = true
        isUnsynced = false
        synced.store(bytes, ordering: .releasing)
        return bytes
    }

    /// True if all sealed pages are in the file.
    var isSaved: Bool { unsaved.withLock { $0.isEmpty } }

    private func write(_ page: JournalPage) throws(JournalError) {
        let filled = page.filled.load(ordering: .acquiring)
        guard filled > page.saved else { return }
        let start = page.saved / Self.diskPage * Self.diskPage
        let whole = filled / Self.diskPage * Self.diskPage
        let offset = page.stretch * JournalPage.size
        try write(UnsafeRawBufferPointer(start: page.bytes + start, count: whole - start), at: offset + start)
        if filled > whole {
            lastPage.initializeMemory(as: UInt8.self, repeating: 0, count: Self.diskPage)
            lastPage.copyMemory(from: page.bytes + whole, byteCount: filled - whole)
            try write(UnsafeRawBufferPointer(start: lastPage, count: Self.diskPage), at: offset + whole)
        }
        page.saved = filled
        written = offset + filled
        isUnsynced = true
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalError) {
        var done = 0
        while done < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
            if count > 0 {
                // A direct write that was cut short is repeated from the page in which it ended.
                done = done + count < bytes.count && isDirect ? (done + count) / Self.diskPage * Self.diskPage : done + count
                if count >= Self.diskPage || !isDirect || done == bytes.count { continue }
            }
            let code = count < 0 ? errno : ENOSPC
            if code == EINTR { continue }
            if code == EINVAL, isDirect {
                isDirect = false
                if fcntl(descriptor, F_SETFL, 0) == 0 { continue }
            }
            throw .cannotWrite(path: path, reason: String(cString: strerror(code)))
        }
    }
}
