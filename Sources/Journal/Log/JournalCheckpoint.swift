internal import Continuity
internal import Glibc
internal import Net
internal import Speech
internal import Synchronization

/// The words of a segment whose audio the journal's size limit removes: the commits of sessions that have not ended, and the end positions of those
/// sessions' audio.
///
/// A file of the same blocks, next to the segments. It takes a few thousandths of the segment's size, and is written before the segment is deleted.
package final class JournalCheckpoint: Sendable {
    static let suffix = ".words"
    static let newSuffix = suffix + ".new"

    let path: String
    /// Number of bytes on the disk: the segment's length, until the segment is deleted.
    let bytes: Atomic<Int>
    /// True if none of the sessions needs the checkpoint any more.
    let isOver = Atomic<Bool>(false)
    /// Path of the segment's file, while that exists.
    let segment: String
    private let loop: Int
    let number: UInt32
    /// Sessions that had not ended when the checkpoint was made.
    let sessions: Set<UInt64>

    /// - Parameter segment: the segment; its `sessions` are those that have not ended.
    init(of segment: JournalSegment, loop: Int) {
        self.segment = segment.path
        self.loop = loop
        number = segment.number
        path = String(segment.path.dropLast(".journal".count)) + Self.suffix
        sessions = segment.sessions
        bytes = Atomic(segment.length)
    }

    /// Reads the segment and writes the file. Blocks.
    ///
    /// - Returns: the reason why the segment could not be read to its end; nil: the whole segment was read.
    func make(_ disk: DiskSync) throws(JournalError) -> JournalError? {
        var kept: [UInt8] = []
        var last: [UInt64: JournalBlock] = [:]
        var problem: JournalError?
        do throws(JournalError) {
            let end = try JournalFile(path: segment, loop: loop, number: number).scan { block, payload, _ in
                guard sessions.contains(block.session) else { return }
                if block.kind == .audio { last[block.session] = block } else { block.append(payload: payload, to: &kept) }
            }
            if end != .whole { problem = .cannotRead(path: segment, reason: "the file is incomplete") }
        } catch {
            problem = error
        }
        for (_, block) in last {
            // A block of audio without samples marks the end of the session's audio.
            var end = block
            end.position += SampleCount(block.payloadLength / (2 * max(1, block.channels)))
            end.payloadLength = 0
            end.append(payload: UnsafeRawBufferPointer(start: nil, count: 0), to: &kept)
        }
        try write(kept, disk)
        bytes.store(kept.count, ordering: .relaxed)
        return problem
    }

    private func write(_ kept: [UInt8], _ disk: DiskSync) throws(JournalError) {
        let new = String(path.dropLast(Self.suffix.utf8.count)) + Self.newSuffix
        let descriptor = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotCreate(path: new, reason: String(cString: strerror(errno))) }
        do throws(JournalError) {
            defer { close(descriptor) }
            do throws(SystemError) {
                try writeAll(kept.span.bytes, to: descriptor)
            } catch {
                throw .cannotWrite(path: path, reason: SystemError.text(of: error.code))
            }
            if let problem = disk.sync(descriptor) { throw .cannotSync(path: path, reason: problem) }
            guard rename(new, path) == 0 else { throw .cannotWrite(path: path, reason: String(cString: strerror(errno))) }
        } catch {
            unlink(new)
            throw error
        }
        if let problem = disk.syncFolder(of: path) { throw .cannotSync(path: path, reason: problem) }
    }
}
