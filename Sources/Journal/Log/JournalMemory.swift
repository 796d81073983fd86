internal import Glibc
internal import Synchronization

/// The mapped file behind a ring: a header, then pages.
///
/// Header: magic `HKJRING1` (8) · the machine's boot identifier (40, zero-padded) · page size (4) · zero (12) · then for each page 16 bytes: segment
/// (4) · stretch (4) · number of filled bytes (8; 0: none).
// Sendable by proof: all properties are constant. Of the memory behind the addresses, only the loop writes the header.
final class JournalMemory: @unchecked Sendable {
    static let headerSize = 8 << 10
    /// Maximum number of pages, 64 MB: room for some seconds of a thousand streams, while the disk does not answer.
    static let maxPages = 256
    private static let magic = Array("HKJRING1".utf8)
    private static let entries = 64

    let path: String
    private let descriptor: Int32
    private let base: UnsafeMutableRawPointer
    private static let length = headerSize + maxPages * JournalPage.size

    /// Makes the file, with its header and without pages.
    init(creating path: String) throws(JournalError) {
        self.path = path
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotCreate(path: path, reason: String(cString: strerror(errno))) }
        let code = posix_fallocate(descriptor, 0, off_t(Self.headerSize))
        let address = code == 0 ? mmap(nil, Self.length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0) : nil
        guard let address, address != UnsafeMutableRawPointer(bitPattern: -1) else {
            let reason = String(cString: strerror(code == 0 ? errno : code))
            close(descriptor)
            unlink(path)
            throw .cannotCreate(path: path, reason: reason)
        }
        self.descriptor = descriptor
        base = address
        let start = Self.magic + Self.bootIdentifier
        start.withUnsafeBytes { address.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(address), byteCount: $0.count) }
        address.storeBytes(of: UInt32(JournalPage.size).littleEndian, toByteOffset: 48, as: UInt32.self)
    }

    deinit {
        munmap(base, Self.length)
        close(descriptor)
    }

    func page(_ index: Int) -> UnsafeMutableRawPointer { base + Self.headerSize + index * JournalPage.size }

    /// Reserves room for the page on the disk. Without it, touching the page would kill the process when the disk is full.
    func allocate(_ index: Int) throws(JournalError) {
        let code = posix_fallocate(descriptor, off_t(Self.headerSize + index * JournalPage.size), off_t(JournalPage.size))
        guard code == 0 else { throw .cannotWrite(path: path, reason: String(cString: strerror(code))) }
    }

    func makeReady(_ index: Int) {
        // Kernels before 5.14 reject this; there, the first touch of memory waits instead.
        madvise(base, Self.headerSize, MADV_POPULATE_WRITE)
        madvise(page(index), JournalPage.size, MADV_POPULATE_WRITE)
    }

    // The order of these stores matters: a process that dies between two of them must not leave a page under the name of another stretch.

    func note(_ index: Int, segment: UInt32, stretch: Int) {
        note(index, filled: 0)
        base.storeBytes(of: segment.littleEndian, toByteOffset: Self.entries + 16 * index, as: UInt32.self)
        base.storeBytes(of: UInt32(stretch).littleEndian, toByteOffset: Self.entries + 16 * index + 4, as: UInt32.self)
    }

    func note(_ index: Int, filled: Int) {
        atomicMemoryFence(ordering: .acquiringAndReleasing)
        base.storeBytes(of: UInt64(filled).littleEndian, toByteOffset: Self.entries + 16 * index + 8, as: UInt64.self)
        atomicMemoryFence(ordering: .acquiringAndReleasing)
    }

    /// Linux's boot identifier, which changes with each start of the machine; zeros if Linux does not give it.
    private static var bootIdentifier: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 40)
        let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return bytes }
        defer { close(descriptor) }
        _ = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, 36) }
        return bytes
    }
}

// MARK: - After a crash

extension JournalMemory {
    /// Writes the contents of the ring's pages into their segments, where those still exist, and deletes the ring.
    ///
    /// After a crash of the machine the file may be any mixture of old and new pages, so it is used only in the boot in which it was made.
    ///
    /// - Parameter segment: the path of a segment.
    /// - Returns: the damage; nil: the ring was not damaged and is deleted. The readable part of a damaged ring is in the segments.
    static func recover(_ path: String, segment: (UInt32) -> String) throws(JournalError) -> String? {
        let ring = open(path, O_RDONLY | O_CLOEXEC)
        guard ring >= 0 else { throw .cannotRead(path: path, reason: String(cString: strerror(errno))) }
        defer { close(ring) }
        var header = [UInt8](repeating: 0, count: headerSize)
        let headerCount = header.withUnsafeMutableBytes { pread(ring, $0.baseAddress, $0.count, 0) }
        let isWhole = headerCount == headerSize
        // A file of zero bytes was never written to.
        var damage = isWhole || headerCount == 0 ? nil : "the header of the file is cut off"
        if isWhole, header.starts(with: magic.prefix(6)), !header.starts(with: magic) { throw .otherVersion(path: path) }
        var segments: [UInt32: Int32] = [:]
        defer { for descriptor in segments.values where descriptor >= 0 { close(descriptor) } }
        if isWhole, header.starts(with: magic + bootIdentifier), integer(header, at: 48, bytes: 4) == JournalPage.size {
            var page = [UInt8](repeating: 0, count: JournalPage.size)
            for index in 0..<maxPages {
                let entry = entries + 16 * index
                let filled = integer(header, at: entry + 8, bytes: 8)
                guard filled > 0, filled <= JournalPage.size else { continue }
                let offset = off_t(headerSize + index * JournalPage.size)
                let held = page.withUnsafeMutableBytes { pread(ring, $0.baseAddress, filled, offset) }
                if held < filled { damage = held < 0 ? String(cString: strerror(errno)) : "the file is shorter than its header says" }
                guard held > 0 else { continue }
                let number = UInt32(integer(header, at: entry, bytes: 4))
                if segments[number] == nil { segments[number] = try openSegment(segment(number)) }
                // A segment that no longer exists was removed while the process lived.
                guard let descriptor = segments[number], descriptor >= 0 else { continue }
                let place = integer(header, at: entry + 4, bytes: 4) * JournalPage.size
                let count = page.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, held, off_t(place)) }
                guard count == held else {
                    throw .cannotWrite(path: segment(number), reason: String(cString: strerror(count < 0 ? errno : ENOSPC)))
                }
            }
        }
        for (number, descriptor) in segments where descriptor >= 0 && fdatasync(descriptor) != 0 {
            throw .cannotWrite(path: segment(number), reason: String(cString: strerror(errno)))
        }
        if damage == nil { unlink(path) }
        return damage
    }

    private static func openSegment(_ path: String) throws(JournalError) -> Int32 {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 || errno == ENOENT else { throw .cannotWrite(path: path, reason: String(cString: strerror(errno))) }
        return descriptor
    }

    private static func integer(_ bytes: [UInt8], at offset: Int, bytes count: Int) -> Int {
        Int(truncatingIfNeeded: (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[offset + $1]) << (8 * UInt64($1)) })
    }
}
