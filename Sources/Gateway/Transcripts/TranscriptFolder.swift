internal import Continuity
internal import Dispatch
internal import Foundation
internal import Glibc
internal import Net
internal import Speech
internal import Store

/// The transcripts of all sessions: one file for each, and those of live sessions in memory. A file is there as a whole or not at all.
///
/// All disk work is done in order on one thread of its own.
final class TranscriptFolder: Sendable {
    private let directory: String
    private let limits: TranscriptLimits
    private let log: Log
    private let queue = DispatchQueue(label: "harken.transcripts", qos: .utility)
    private let live = Locked<[ID<Session>: LiveTranscript]>([:])
    /// What is in no transcript, whoever stores or reads it.
    private let forgotten = Locked<[ID<Session>: [ForgottenSpeech]]>([:])

    /// Between two looks for what is too old or too much.
    static let sweepInterval: Duration = .seconds(300)

    init(directory: String, limits: TranscriptLimits, log: Log) throws {
        self.directory = directory
        self.limits = limits
        self.log = log
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) where !name.hasSuffix(Self.suffix) {
            unlink(directory + "/" + name)
        }
    }

    private static let suffix = ".json"

    /// Identifiers are ours, but requests name them: nothing else becomes a path.
    private func path(of id: ID<Session>, suffix: String = TranscriptFolder.suffix) -> String? {
        let isPlain = id.rawValue.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D }
        return isPlain && (1...64).contains(id.rawValue.utf8.count) ? directory + "/" + id.rawValue + suffix : nil
    }

    // MARK: - Live sessions

    func begin(_ record: SessionRecord, rate: SampleRate, channels: Int) -> LiveTranscript {
        let transcript = LiveTranscript(record, rate: rate, channels: channels, folder: self)
        live.withLock { $0[record.id] = transcript }
        return transcript
    }

    /// Brings the older part of a live transcript to its file.
    func spill(_ transcript: LiveTranscript) {
        queue.async { [self] in
            guard let path = path(of: transcript.record.id, suffix: ".part") else { return }
            for bytes in transcript.state.withLock({ $0.leaving }) {
                let isKept = Self.write(bytes, to: path, flags: O_WRONLY | O_CREAT | O_APPEND, syncs: false) == nil
                transcript.state.withLock { state in
                    state.leaving.removeFirst()
                    if !isKept { state.isDamaged = true }
                }
            }
        }
    }

    /// Makes a file of a transcript whose session is over.
    ///
    /// - Parameter done: called from any thread with what was stored; nil when nothing was, and the journal must keep the session.
    func finish(_ transcript: LiveTranscript, received: SampleCount, _ done: @escaping @Sendable (StoredTranscript?) -> Void) {
        queue.async { [self] in
            let id = transcript.record.id
            let part = path(of: id, suffix: ".part")
            let whole = transcript.transcript(file: part.map(Self.read) ?? [], received: received)
            var stored = StoredTranscript(record: transcript.record, transcript: whole, status: .complete)
            if !whole.isWhole { stored.status = .recovering }
            let isStored = !transcript.state.withLock { $0.isDamaged } && store(stored)
            live.withLock { $0[id] = nil }
            if let part { unlink(part) }
            done(isStored ? stored : nil)
        }
    }

    // MARK: - Files

    /// Waits until a transcript is on the disk.
    ///
    /// - Returns: false when it cannot be stored; that is in the log.
    func keep(_ transcript: StoredTranscript) async -> Bool {
        await withCheckedContinuation { continuation in queue.async { [self] in continuation.resume(returning: store(transcript)) } }
    }

    /// What there is of a session, from its file or from memory.
    func find(_ id: ID<Session>) async -> StoredTranscript? {
        await withCheckedContinuation { continuation in queue.async { [self] in continuation.resume(returning: load(id)) } }
    }

    /// What the session's file says; nil: there is none.
    func stored(_ id: ID<Session>) async throws(StoredTranscript.Unreadable) -> StoredTranscript? {
        let result = await withCheckedContinuation { continuation in
            queue.async { [self] in
                continuation.resume(returning: Result { () throws(StoredTranscript.Unreadable) in try loadFile(id) })
            }
        }
        return try result.get()
    }

    /// Waits until everything that was begun before is done.
    func settle() async { await withCheckedContinuation { continuation in queue.async { continuation.resume() } } }

    private func load(_ id: ID<Session>) -> StoredTranscript? {
        if let transcript = live.withLock({ $0[id] }) {
            let file = path(of: id, suffix: ".part").map(Self.read) ?? []
            let found = StoredTranscript(record: transcript.record, transcript: transcript.transcript(file: file, received: nil), status: .live)
            return forgotten.withLock { $0[id] }.map(found.forgetting) ?? found
        }
        return try? loadFile(id)
    }

    private func loadFile(_ id: ID<Session>) throws(StoredTranscript.Unreadable) -> StoredTranscript? {
        guard let path = path(of: id), access(path, F_OK) == 0 else { return nil }
        return try StoredTranscript(decoding: Self.read(path))
    }

    private func store(_ transcript: StoredTranscript) -> Bool {
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
        if let problem {
            log.error("a transcript cannot be stored", [.session: transcript.record.id.rawValue, .path: path, .error: problem])
            unlink(new)
            return false
        }
        // Under its name it may not survive a power cut: the journal keeps the session.
        if let problem = DiskSync.system.syncFolder(of: path) {
            log.error("a transcript cannot be stored", [.session: transcript.record.id.rawValue, .path: path, .error: problem])
            return false
        }
        return true
    }

    private static func read(_ path: String) -> [UInt8] { FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? [] }

    /// - Returns: what went wrong.
    private static func write(_ bytes: [UInt8], to path: String, flags: Int32, syncs: Bool) -> String? {
        let descriptor = open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer { close(descriptor) }
        do throws(SystemError) { try writeAll(bytes.span.bytes, to: descriptor) } catch { return SystemError.text(of: error.code) }
        return syncs ? DiskSync.system.sync(descriptor) : nil
    }

    // MARK: - What is to be known no more

    /// Takes it out of what is stored; and of what will be.
    func forget(_ all: [ID<Session>: [ForgottenSpeech]]) async {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                let before = forgotten.withLock { known in
                    let before = known
                    known = all
                    return before
                }
                for (id, stretches) in all where before[id] != stretches && live.withLock({ $0[id] }) == nil {
                    // What a newer version wrote is not read, and not left either: it may say what is to be forgotten.
                    if let found = try? loadFile(id) { _ = store(found) } else if let path = path(of: id) { unlink(path) }
                }
                continuation.resume()
            }
        }
    }

    /// The same for one session, of what is stored from now on.
    func forget(_ stretches: [ForgottenSpeech], of id: ID<Session>) { forgotten.withLock { $0[id] = stretches.isEmpty ? nil : stretches } }

    /// Whether something of a session is not to be known.
    func forgetsSome(of id: ID<Session>) -> Bool { forgotten.withLock { $0[id] != nil } }

    /// Whether nothing of a session is to be known.
    func isForgotten(_ id: ID<Session>) -> Bool { forgotten.withLock { $0[id]?.isAll ?? false } }

    // MARK: - Limits

    /// Takes away what is too old, and the oldest of what is too much.
    func sweep(now: UnixTime) async {
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
