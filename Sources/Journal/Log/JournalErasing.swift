internal import Continuity
internal import Glibc
internal import Speech

/// Erases blocks of sessions that are over from segments that other sessions still need.
///
/// Each block is first marked by one byte, then its payload is overwritten. If that is interrupted, all other blocks are intact and can be read.
package struct JournalErasing: Sendable {
    let sessions: Set<UInt64>
    /// The segments to erase from. No block is appended to them.
    let segments: [JournalSegment]
    let remains: [JournalCheckpoint]
    let loop: Int
    let writer: JournalWriter

    /// Erases the blocks. Must not run on the loop: it blocks for seconds if there is much to erase.
    package func run() async throws(JournalError) {
        await writer.complete(segments)
        for segment in segments { try erase(segment.path, segment.number) }
        for left in remains {
            for path in [left.segment, left.path] { try erase(path, left.number) }
        }
    }

    private func erase(_ path: String, _ number: UInt32) throws(JournalError) {
        do throws(JournalError) {
            try Self.erase(sessions, in: try JournalFile(path: path, loop: loop, number: number))
        } catch {
            // The file may have been deleted meanwhile, with all its blocks.
            guard access(path, F_OK) != 0 else { throw error }
        }
    }

    /// Erases the sessions' blocks in one file. Blocks the thread.
    static func erase(_ sessions: Set<UInt64>, in file: JournalFile) throws(JournalError) {
        var blocks: [(offset: Int, length: Int)] = []
        _ = try file.scan { block, payload, offset in
            guard sessions.contains(block.session) else { return }
            switch block.kind {
            case .audio, .commit, .mend: blocks.append((offset, payload.count))
            // A block whose erasure was interrupted has bytes other than zero.
            case .erased: if payload.contains(where: { $0 != 0 }) { blocks.append((offset, payload.count)) }
            case .opened, .closed: break
            }
        }
        guard !blocks.isEmpty else { return }
        let descriptor = open(file.path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotWrite(path: file.path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        let zeros = [UInt8](repeating: 0, count: blocks.reduce(0) { max($0, $1.length) })
        let mark = [JournalBlock.Kind.erased.rawValue]
        for block in blocks { try write(mark[...], to: descriptor, at: block.offset + JournalBlock.kindOffset, file.path) }
        if let problem = DiskSync.system.sync(descriptor) { throw .cannotSync(path: file.path, reason: problem) }
        for block in blocks { try write(zeros[..<block.length], to: descriptor, at: block.offset + JournalBlock.headerLength, file.path) }
        if let problem = DiskSync.system.sync(descriptor) { throw .cannotSync(path: file.path, reason: problem) }
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32, at offset: Int, _ path: String) throws(JournalError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.dropFirst(done).withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset + done)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .cannotWrite(path: path, reason: String(cString: strerror(count < 0 ? errno : ENOSPC))) }
            done += count
        }
    }
}
