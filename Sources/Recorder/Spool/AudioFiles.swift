internal import Glibc
internal import Net
internal import Speech

/// A recording's audio on the disk: 16-bit little-endian samples in files of one minute, each named for the position of its first sample. Audio that
/// nobody needs is removed in whole files.
struct AudioFiles: ~Copyable {
    private struct Segment {
        var start: SampleIndex
        var count: SampleCount
        var range: SampleRange { SampleRange(start, count: count) }
    }

    private static let longest = SampleCount(960_000)
    private static let suffix = ".pcm"

    private let folder: String
    private let syncData: @Sendable (Int32) -> Int32
    private var segments: [Segment] = []
    /// Descriptor of the last segment's file while it is being written; otherwise negative.
    private var descriptor: Int32 = -1

    /// - Parameters:
    ///   - names: files of the folder.
    ///   - sync: `fdatasync`, or a function in its place.
    init(in folder: String, names: [String], sync: @escaping @Sendable (Int32) -> Int32) {
        self.folder = folder
        syncData = sync
        for name in names where name.hasSuffix(Self.suffix) {
            guard let start = Int64(name.dropLast(Self.suffix.count)), start >= 0 else { continue }
            var status = stat()
            guard stat(folder + "/" + name, &status) == 0, status.st_size >= 2 else { continue }
            segments.append(Segment(start: SampleIndex(start), count: SampleCount(Int(status.st_size) / 2)))
        }
        segments.sort { $0.start < $1.start }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    var byteCount: Int { segments.reduce(0) { $0 + Int($1.count.samples) * 2 } }

    /// End of the last sample; nil when there is no audio.
    var end: SampleIndex? { segments.last?.range.end }

    /// The time when the last sample was written, in milliseconds since 1970; nil: never.
    var lastWritten: Int64? {
        guard let last = segments.last else { return nil }
        var status = stat()
        guard stat(path(of: last.start), &status) == 0 else { return nil }
        return Int64(status.st_mtim.tv_sec) * 1_000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
    }

    /// Writes samples behind all others. Either all samples are written, or none.
    mutating func append(_ samples: RawSpan, at start: SampleIndex) throws(SystemError) {
        if descriptor < 0 || segments.last?.range.end != start || segments.last.map({ $0.count >= Self.longest }) ?? true { try begin(at: start) }
        let count = SampleCount(samples.byteCount / 2), index = segments.count - 1
        do throws(SystemError) {
            try writeAll(samples, to: descriptor)
        } catch {
            let whole = segments[index].count.samples * 2
            ftruncate(descriptor, Int(whole))
            lseek(descriptor, Int(whole), SEEK_SET)
            throw error
        }
        segments[index].count += count
    }

    /// Brings the open file to the disk itself: a power cut takes nothing of what was appended before.
    func sync() throws(SystemError) {
        guard descriptor >= 0, syncData(descriptor) != 0 else { return }
        throw SystemError(call: "fdatasync \(segments.last.map { path(of: $0.start) } ?? folder)")
    }

    /// Returns all samples of `range`.
    func read(_ range: SampleRange) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(range.count.samples) * 2)
        var next = range.start
        for segment in segments {
            guard let part = SampleRange(next, range.end).intersection(segment.range), part.start == next else { continue }
            let file = path(of: segment.start)
            let opened = open(file, O_RDONLY | O_CLOEXEC)
            guard opened >= 0 else { throw SystemError(call: "open \(file)") }
            defer { close(opened) }
            var offset = Int((part.start - segment.start).samples) * 2, rest = Int(part.count.samples) * 2
            var buffer = [UInt8](repeating: 0, count: rest)
            while rest > 0 {
                let got = pread(opened, &buffer, rest, offset)
                guard got > 0 else { throw SystemError(call: "read \(file)", code: got < 0 ? errno : EIO) }
                bytes += buffer.prefix(got)
                offset += got
                rest -= got
            }
            next = part.end
        }
        guard next == range.end else { throw SystemError(call: "read the audio of \(folder)", code: ENODATA) }
        return bytes
    }

    /// Removes the files that lie before `place`, except those that overlap a range in `kept`.
    ///
    /// - Returns: the number of bytes that became free.
    mutating func drop(before place: SampleIndex, keeping kept: [SampleRange]) -> Int {
        var freed = 0, stay: [Segment] = []
        for (index, segment) in segments.enumerated() {
            // The file that is being written stays.
            let isOpen = descriptor >= 0 && index == segments.count - 1
            if isOpen || segment.range.end > place || kept.contains(where: { $0.intersection(segment.range) != nil }) {
                stay.append(segment)
            } else {
                unlink(path(of: segment.start))
                freed += Int(segment.count.samples) * 2
            }
        }
        segments = stay
        return freed
    }

    private mutating func begin(at start: SampleIndex) throws(SystemError) {
        if descriptor >= 0 {
            try sync()
            close(descriptor)
            descriptor = -1
        }
        let file = path(of: start)
        let opened = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw SystemError(call: "open \(file)") }
        descriptor = opened
        segments.append(Segment(start: start, count: .zero))
    }

    private func path(of start: SampleIndex) -> String {
        let digits = String(start.samples)
        return folder + "/" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits + Self.suffix
    }
}
