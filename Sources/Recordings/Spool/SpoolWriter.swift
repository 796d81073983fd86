internal import Framing
internal import Dispatch
internal import Glibc
internal import Net
internal import Protocols

/// Writes one upload to the spool on the spool's threads, and tells the sender when to wait.
///
/// `write`, `finish` and `cancel` are called on one loop; the disk work runs on another thread, in the same order.
final class SpoolWriter {
    /// Maximum number of bytes that wait to be written. Beyond this number the sender must wait.
    private static let maxWaiting = 1 << 20

    private let loop: Loop
    private let queue: DispatchQueue
    private let file: File
    private var waiting = 0
    private var isHeld = false
    /// Called with true when the sender must wait, and with false when it may go on.
    var hold: (Bool) -> Void = { _ in }

    /// The part of the writer that runs on the queue.
    // Sendable by proof: `path` and `hold` are constant and Sendable; everything else is touched on the writer's serial queue only.
    private final class File: @unchecked Sendable {
        let path: String
        let hold: DiskHold
        var descriptor: Int32 = -1
        var byteCount = 0
        private var digest: SHA256? = SHA256()
        var writeError: SpoolWriterError?

        init(path: String, hold: DiskHold) {
            self.path = path
            self.hold = hold
        }

        func append(_ bytes: [UInt8]) {
            guard writeError == nil else { return }
            if descriptor < 0 {
                descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
                guard descriptor >= 0 else {
                    writeError = .disk(SystemError.text(of: errno))
                    return
                }
            }
            guard hold.take(bytes.count) else {
                writeError = .noRoom(hold.requestError ?? .internalError)
                // The bytes so far are useless, and their space is needed.
                ftruncate(descriptor, 0)
                return
            }
            digest?.update(bytes.span.bytes)
            byteCount += bytes.count
            do throws(SystemError) { try writeAll(bytes.span.bytes, to: descriptor) } catch { writeError = .disk(SystemError.text(of: error.code)) }
        }

        func close() {
            if descriptor >= 0 { Glibc.close(descriptor) }
            descriptor = -1
        }

        func hexadecimalDigest() -> String { (digest.take()?.finish() ?? []).hexadecimal }
    }

    /// - Parameter hold: the account of the upload to which the file belongs.
    init(_ spool: Spool, id: String, hold: DiskHold, on loop: Loop) {
        self.loop = loop
        queue = DispatchQueue(label: "harken.spool.file", target: spool.queue)
        file = File(path: spool.path(for: id), hold: hold)
    }

    func write(_ chunk: RawSpan) {
        let bytes = chunk.withUnsafeBytes { [UInt8]($0) }
        waiting += bytes.count
        if !isHeld && waiting > Self.maxWaiting {
            isHeld = true
            hold(true)
        }
        let writer = LoopBound(self, on: loop)
        queue.async { [file] in
            file.append(bytes)
            writer.enter { $0.wrote(bytes.count) }
        }
    }

    /// Calls `done` on the loop when everything has been written.
    func finish(_ done: @escaping (Result<SpooledFile, SpoolWriterError>) -> Void) {
        let done = LoopBound(done, on: loop)
        queue.async { [file] in
            if file.byteCount == 0 { file.append([]) }
            file.close()
            if let error = file.writeError {
                unlink(file.path)
                done.enter { $0(.failure(error)) }
            } else {
                let spooled = SpooledFile(path: file.path, byteCount: file.byteCount, digest: file.hexadecimalDigest(), hold: file.hold)
                done.enter { $0(.success(spooled)) }
            }
        }
    }

    /// Deletes the file, because it is not wanted any more.
    func cancel() {
        queue.async { [file] in
            file.close()
            unlink(file.path)
        }
    }

    private func wrote(_ count: Int) {
        waiting -= count
        guard isHeld, waiting < Self.maxWaiting / 4 else { return }
        isHeld = false
        hold(false)
    }
}

extension SpoolWriterError {
    /// The error for the caller.
    var requestError: RequestError {
        switch self {
        case .disk: .unavailable("The gateway's disk is full.")
        case .noRoom(let requestError): requestError
        }
    }
}

/// The reason why an upload could not be written to the spool.
enum SpoolWriterError: Error, Sendable, Equatable {
    case disk(String)
    /// The account of the upload has no space for more.
    case noRoom(RequestError)
}
