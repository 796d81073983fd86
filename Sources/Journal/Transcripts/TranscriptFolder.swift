package import Continuity
internal import Dispatch
internal import Foundation
internal import Glibc
internal import Net
package import Observability
package import Speech
package import Store
internal import Synchronization

/// The transcripts of all sessions: one file for each session that is over; those of live sessions are in memory. A file exists as a whole or not at
/// all.
///
/// All disk work is done in order on one separate thread.
package final class TranscriptFolder: Sendable {
    private let directory: String
    private let limits: TranscriptLimits
    private let log: Log
    private let queue = DispatchQueue(label: "harken.transcripts", qos: .utility)
    private let live = Mutex<[ID<Session>: LiveTranscript]>([:])
    /// Stretches of speech that are left out of every transcript that is stored or read.
    private let forgotten = Mutex<[ID<Session>: [ForgottenSpeech]]>([:])
    /// Sessions that are over and whose transcripts the disk has not taken yet.
    private let unstored = Mutex<[ID<Session>: Unstored]>([:])
    package let retries: RetrySchedule
    private let failed: @Sendable () -> Void

    /// Maximum number of unstored transcripts in memory. Further transcripts are left to the journal, and to the next start.
    private static let maxUnstored = 1_000

    private struct Unstored: Sendable {
        var transcript: LiveTranscript
        var received: SampleCount
        /// Number of failed attempts to store the transcript.
        var attempts = 0
        var done: @Sendable (StoredTranscript?) -> Void
    }

    /// Interval between two calls of `sweep`.
    package static let sweepInterval: Duration = .seconds(300)

    /// - Parameters:
    ///   - retries: the waits between attempts to store a transcript.
    ///   - failed: called for each attempt that fails, on any thread.
    package init(directory: String, limits: TranscriptLimits, log: Log, retries: RetrySchedule = .store, failed: @escaping @Sendable () -> Void = {})
        throws
    {
        self.retries = retries
        self.failed = failed
        self.directory = directory
        self.limits = limits
        self.log = log
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) where !name.hasSuffix(Self.suffix) {
            unlink(directory + "/" + name)
        }
    }

    private static let suffix = ".json"

    /// Returns the path of a session's file; nil if the identifier has other characters than ours. Requests name identifiers, so no other text may
    /// become a path.
    private func path(of id: ID<Session>, suffix: String = TranscriptFolder.suffix) -> String? {
        let isPlain = id.rawValue.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D }
        return isPlain && (1...64).contains(id.rawValue.utf8.count) ? directory + "/" + id.rawValue + suffix : nil
    }

    // MARK: - Live sessions

    package func begin(_ record: SessionRecord, rate: SampleRate, channels: Int) -> LiveTranscript {
        let transcript = LiveTranscript(record, rate: rate, channels: channels, folder: self)
        live.withLock { $0[record.id] = transcript }
        return transcript
    }

    /// Writes the older part of a live transcript to its file.
    func spill(_ transcript: LiveTranscript) {
        queue.async { [self] in
            guard let path = path(of: transcript.record.id, suffix: ".part") else { return }
            // An earlier part is missing, so the following parts would be of no use.
            let isDamaged = transcript.state.withLock { state in
                if state.isDamaged { state.leaving = [] }
                return state.isDamaged
            }
            guard !isDamaged else { return }
            while let (bytes, offset) = transcript.state.withLock({ state in state.leaving.first.map { ($0, state.inFile) } }) {
                if let problem = Self.write(bytes, to: path, at: offset) {
                    failed()
                    log.warning(
                        "a live transcript could not be written to the disk and stays in memory",
                        [.session: transcript.record.id.rawValue, .path: path, .error: problem])
                    return transcript.state.withLock { state in
                        // The write is repeated with the next part. Memory is bounded, and the journal has all parts.
                        guard state.leaving.count > LiveTranscript.maxLeaving else { return }
                        state.leaving = []
                        state.isDamaged = true
                    }
                }
                transcript.state.withLock { state in
                    state.leaving.removeFirst()
                    state.inFile += bytes.count
                }
            }
        }
    }

    /// Stores the transcript of a session that is over, now or as soon as the disk accepts it. Until then the transcript is in memory and can be
    /// found.
    ///
    /// - Parameter done: called from any thread with the stored transcript; nil when only the journal keeps the session, for the next start. Not
    ///   called when the gateway ends before the disk accepts the transcript.
    package func finish(_ transcript: LiveTranscript, received: SampleCount, _ done: @escaping @Sendable (StoredTranscript?) -> Void) {
        queue.async { [self] in attempt(Unstored(transcript: transcript, received: received, done: done), again: true) }
    }

    /// Tries to store a transcript. Runs on the queue.
    private func attempt(_ unstored: Unstored, again: Bool) {
        let transcript = unstored.transcript, id = transcript.record.id
        let part = path(of: id, suffix: ".part")
        var stored: StoredTranscript?
        do throws(StoredTranscript.Unreadable) {
            let whole = transcript.transcript(file: try older(of: transcript), received: unstored.received)
            stored = StoredTranscript(record: transcript.record, transcript: whole, status: whole.isWhole ? .complete : .recovering)
        } catch {
            log.warning("the earlier part of a transcript cannot be read", [.session: id.rawValue, .error: "\(error)"])
        }
        let isDamaged = transcript.state.withLock { $0.isDamaged }
        let isStored = !isDamaged && stored.map { store($0, attempts: unstored.attempts) } ?? false
        if !isStored, !isDamaged {
            var unstored = unstored
            unstored.attempts += 1
            failed()
            let hasRoom = self.unstored.withLock { waiting in
                guard waiting[id] != nil || waiting.count < Self.maxUnstored else { return false }
                waiting[id] = unstored
                return true
            }
            if hasRoom {
                if again { attemptLater(id, after: retries.wait(after: unstored.attempts)) }
                return
            }
        }
        if isStored, unstored.attempts > 0 {
            log.info("a transcript was stored after earlier attempts failed", [.session: id.rawValue, .count: "\(unstored.attempts)"])
        }
        self.unstored.withLock { $0[id] = nil }
        live.withLock { $0[id] = nil }
        if let part { unlink(part) }
        unstored.done(isStored ? stored : nil)
    }

    private func attemptLater(_ id: ID<Session>, after wait: Duration) {
        let (seconds, attoseconds) = wait.components
        queue.asyncAfter(deadline: .now() + .nanoseconds(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000))) { [weak self] in
            guard let self, let waiting = self.unstored.withLock({ $0[id] }) else { return }
            attempt(waiting, again: true)
        }
    }

    /// Returns the part of a live transcript that has left memory.
    private func older(of transcript: LiveTranscript) throws(StoredTranscript.Unreadable) -> [UInt8] {
        let count = transcript.state.withLock { $0.inFile }
        guard count > 0, let part = path(of: transcript.record.id, suffix: ".part") else { return [] }
        let bytes = try Self.read(part) ?? []
        guard bytes.count >= count else { throw .notReadable("\(part) is shorter than the data written to it") }
        return Array(bytes[..<count])
    }

    // MARK: - Files

    /// Stores a transcript and waits until it is on the disk.
    ///
    /// - Returns: false when it cannot be stored; the reason is in the log.
    package func keep(_ transcript: StoredTranscript) async -> Bool {
        await keep(transcript, attempts: 0)
    }

    private func keep(_ transcript: StoredTranscript, attempts: Int) async -> Bool {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                let isStored = store(transcript, attempts: attempts)
                if !isStored { failed() }
                continuation.resume(returning: isStored)
            }
        }
    }

    /// Tries to store a transcript until it is on the disk.
    ///
    /// - Returns: false when the task was cancelled before.
    package func keepUntilStored(_ transcript: StoredTranscript) async -> Bool {
        var attempts = 0
        while !Task.isCancelled {
            if await keep(transcript, attempts: attempts) { return true }
            attempts += 1
            do { try await Task.sleep(for: retries.wait(after: attempts)) } catch { return false }
        }
        return false
    }

    /// Returns a session's transcript, from its file or from memory; nil: there is none.
    package func find(_ id: ID<Session>) async throws(StoredTranscript.Unreadable) -> StoredTranscript? {
        let result = await withCheckedContinuation { continuation in
            queue.async { [self] in continuation.resume(returning: Result { () throws(StoredTranscript.Unreadable) in try load(id) }) }
        }
        return try result.get()
    }

    /// Returns the transcript in the session's file; nil: there is no file.
    package func stored(_ id: ID<Session>) async throws(StoredTranscript.Unreadable) -> StoredTranscript? {
        let result = await withCheckedContinuation { continuation in
            queue.async { [self] in
                continuation.resume(returning: Result { () throws(StoredTranscript.Unreadable) in try loadFile(id) })
            }
        }
        return try result.get()
    }

    /// Waits until all work that was begun before is done. Unstored transcripts are tried a last time; then the journal keeps them for the next
    /// start.
    package func settle() async {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                for waiting in unstored.withLock({ Array($0.values) }) { attempt(waiting, again: false) }
                continuation.resume()
            }
        }
    }

    private func load(_ id: ID<Session>) throws(StoredTranscript.Unreadable) -> StoredTranscript? {
        if let transcript = live.withLock({ $0[id] }) {
            let whole = transcript.transcript(file: try older(of: transcript), received: nil)
            let found = StoredTranscript(record: transcript.record, transcript: whole, status: .live)
            return forgotten.withLock { $0[id] }.map(found.forgetting) ?? found
        }
        return try loadFile(id)
    }

    private func loadFile(_ id: ID<Session>) throws(StoredTranscript.Unreadable) -> StoredTranscript? {
        guard let path = path(of: id), let bytes = try Self.read(path) else { return nil }
        return try StoredTranscript(decoding: bytes)
    }

    /// Stores a transcript.
    ///
    /// - Parameter attempts: number of attempts that have failed before. Only the first failure is logged as an error.
    private func store(_ transcript: StoredTranscript, attempts: Int = 0) -> Bool {
        var transcript = transcript
        if let forgotten = forgotten.withLock({ $0[transcript.record.id] }) {
            guard !forgotten.isAll else {
                if let path = path(of: transcript.record.id) { unlink(path) }
                return true
            }
            transcript = transcript.forgetting(forgotten)
        }
        guard let path = path(of: transcript.record.id), let new = self.path(of: transcript.record.id, suffix: ".new") else { return false }
        var problem = Self.write(transcript.encoded(), to: new, flags: O_WRONLY | O_CREAT | O_TRUNC, syncs: true)
        if problem == nil, rename(new, path) != 0 { problem = String(cString: strerror(errno)) }
        if problem != nil { unlink(new) }
        // Until the folder is synced, the file's name may not survive a power cut, and the journal keeps the session.
        if problem == nil { problem = DiskSync.system.syncFolder(of: path) }
        guard let problem else { return true }
        let message: StaticString = "a transcript cannot be stored"
        if attempts == 0 {
            log.error(message, [.session: transcript.record.id.rawValue, .path: path, .error: problem])
        } else {
            log.debug(message, [.session: transcript.record.id.rawValue, .path: path, .error: problem])
        }
        return false
    }

    /// Returns the bytes of a file; nil: there is no such file.
    private static func read(_ path: String) throws(StoredTranscript.Unreadable) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .notReadable("\(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .notReadable("\(path): \(String(cString: strerror(errno)))") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// Writes bytes at `offset`, the end of the known bytes of the file. The rest of an earlier failed write is cut off.
    ///
    /// - Returns: the reason of a failure; nil: the write succeeded.
    private static func write(_ bytes: [UInt8], to path: String, at offset: Int) -> String? {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer { close(descriptor) }
        guard ftruncate(descriptor, off_t(offset)) == 0, lseek(descriptor, 0, SEEK_END) == off_t(offset) else {
            return String(cString: strerror(errno))
        }
        do throws(SystemError) { try writeAll(bytes.span.bytes, to: descriptor) } catch { return SystemError.text(of: error.code) }
        return nil
    }

    /// Writes a file.
    ///
    /// - Returns: the reason of a failure; nil: the write succeeded.
    private static func write(_ bytes: [UInt8], to path: String, flags: Int32, syncs: Bool) -> String? {
        let descriptor = open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer { close(descriptor) }
        do throws(SystemError) { try writeAll(bytes.span.bytes, to: descriptor) } catch { return SystemError.text(of: error.code) }
        return syncs ? DiskSync.system.sync(descriptor) : nil
    }

    // MARK: - Erasure

    /// Erases the forgotten speech from all stored transcripts, and from those that are stored later.
    package func forget(_ all: [ID<Session>: [ForgottenSpeech]]) async {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                let before = forgotten.withLock { known in
                    let before = known
                    known = all
                    return before
                }
                for (id, stretches) in all where before[id] != stretches && live.withLock({ $0[id] }) == nil {
                    // A newer version's transcript cannot be read. It is deleted, because it may have words that must be forgotten.
                    let found: StoredTranscript?
                    do throws(StoredTranscript.Unreadable) { found = try loadFile(id) } catch {
                        log.info("an unreadable transcript was deleted, because a part of it had to be deleted", [.session: id.rawValue])
                        found = nil
                    }
                    if let found { _ = store(found) } else if let path = path(of: id) { unlink(path) }
                }
                continuation.resume()
            }
        }
    }

    /// Sets the forgotten speech of one session, for transcripts that are stored from now on.
    package func forget(_ stretches: [ForgottenSpeech], of id: ID<Session>) { forgotten.withLock { $0[id] = stretches.isEmpty ? nil : stretches } }

    /// Returns true if at least a part of the session is forgotten.
    package func forgetsSome(of id: ID<Session>) -> Bool { forgotten.withLock { $0[id] != nil } }

    /// Returns true if the whole session is forgotten.
    package func isForgotten(_ id: ID<Session>) -> Bool { forgotten.withLock { $0[id]?.isAll ?? false } }

    // MARK: - Limits

    /// Deletes transcripts that are too old, and the oldest beyond the limits.
    package func sweep(now: UnixTime) async {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                removeOldest(now: now)
                continuation.resume()
            }
        }
    }

    private func removeOldest(now: UnixTime) {
        var files: [(path: String, modified: Int64, bytes: Int)] = []
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] where name.hasSuffix(Self.suffix) {
            var information = stat()
            let path = directory + "/" + name
            guard stat(path, &information) == 0 else { continue }
            files.append((path, Int64(information.st_mtim.tv_sec) * 1_000, Int(information.st_size)))
        }
        files.sort { $0.modified > $1.modified }
        let oldest = (now + (.zero - limits.age)).milliseconds
        var bytes = 0, removed = 0
        for (index, file) in files.enumerated() {
            bytes += file.bytes
            guard index >= limits.count || bytes > limits.bytes || file.modified < oldest else { continue }
            unlink(file.path)
            removed += 1
        }
        if removed > 0 { log.info("transcripts removed by their limits", [.count: "\(removed)"]) }
    }
}
