package import Continuity
internal import Framing
internal import Net
package import Observability
package import Speech
package import Store
internal import Synchronization

/// The transcripts of all sessions: one blob for each session that is over; those of live sessions are in memory. The gaps of stored transcripts are
/// noted in the database.
///
/// All work is done in order, by one task.
package final class TranscriptFolder: Sendable {
    private let blobs: any BlobStore
    private let limits: TranscriptLimits
    private let log: Log
    private let work: AsyncStream<@Sendable () async -> Void>.Continuation
    private let live = Mutex<[ID<Session>: LiveTranscript]>([:])
    /// Stretches of speech that are left out of every transcript that is stored or read.
    private let forgotten = Mutex<[ID<Session>: [ForgottenSpeech]]>([:])
    /// Sessions whose stored transcripts still have forgotten speech, with the erasures that have failed.
    private let unerased = Mutex<[ID<Session>: BlobErasure]>([:])
    /// Sessions that are over and whose transcripts the disk has not taken yet.
    private let unstored = Mutex<[ID<Session>: Unstored]>([:])
    package let retries: RetrySchedule
    private let failed: @Sendable () -> Void
    private let gaps: GapNotes?

    /// Maximum number of unstored transcripts in memory. Further transcripts are left to the journal, and to the next start.
    private static let maxUnstored = 1_000
    /// Maximum length of a transcript that is read, in bytes.
    private static let maxByteCount = 1 << 30
    private static let suffix = ".json"

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
    ///   - gaps: the store of the transcripts' gaps; nil when nobody asks for them.
    ///   - failed: called for each attempt that fails, on any thread.
    package init(
        in blobs: any BlobStore, limits: TranscriptLimits, log: Log, retries: RetrySchedule = .store, gaps: (any SessionGapStore)? = nil,
        failed: @escaping @Sendable () -> Void = {}
    ) {
        self.retries = retries
        self.failed = failed
        self.gaps = gaps.map { GapNotes(in: $0, log: log) }
        self.blobs = blobs
        self.limits = limits
        self.log = log
        let (stream, continuation) = AsyncStream.makeStream(of: (@Sendable () async -> Void).self)
        work = continuation
        Task(priority: .utility) { for await item in stream { await item() } }
    }

    deinit { work.finish() }

    /// Does work when all work that was begun before is done.
    private func inOrder<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            work.yield { continuation.resume(returning: await body()) }
        }
    }

    /// Returns the name of a session's transcript; nil if the identifier has other characters than ours. Requests name identifiers.
    private static func name(of id: ID<Session>) -> BlobName? { BlobName(id.rawValue + suffix) }

    /// Returns the session whose transcript has a name; nil if the blob is not a transcript.
    private static func session(of name: BlobName) -> ID<Session>? {
        guard name.text.hasSuffix(suffix) else { return nil }
        return ID(String(name.text.dropLast(suffix.count)))
    }

    // MARK: - Live sessions

    package func begin(_ record: SessionRecord, rate: SampleRate, channels: Int) -> LiveTranscript {
        let transcript = LiveTranscript(record, rate: rate, channels: channels, folder: self)
        live.withLock { $0[record.id] = transcript }
        return transcript
    }

    /// Writes the older part of a live transcript to its file.
    func spill(_ transcript: LiveTranscript) {
        work.yield { [self] in
            // An earlier part is missing, so the following parts would be of no use.
            let isDamaged = transcript.state.withLock { state in
                if state.isDamaged { state.leaving = [] }
                return state.isDamaged
            }
            guard !isDamaged else { return }
            while let (bytes, offset) = transcript.state.withLock({ state in state.leaving.first.map { ($0, state.inFile) } }) {
                do throws(StoreError) {
                    try await file(of: transcript).write(bytes, at: offset)
                } catch {
                    failed()
                    log.warning(
                        "a live transcript could not be written to the disk and stays in memory",
                        [.session: transcript.record.id.rawValue, .path: blobs.location, .error: "\(error)"])
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

    /// Returns the file of a live transcript's older part, and creates it before the first part.
    private func file(of transcript: LiveTranscript) async throws(StoreError) -> BlobDraft {
        if let file = transcript.state.withLock({ $0.file }) { return file }
        let file = try await blobs.makeDraft()
        transcript.state.withLock { $0.file = file }
        return file
    }

    /// Stores the transcript of a session that is over, now or as soon as the disk accepts it. Until then the transcript is in memory and can be
    /// found.
    ///
    /// - Parameter done: called from any thread with the stored transcript; nil when only the journal keeps the session, for the next start. Not
    ///   called when the gateway ends before the disk accepts the transcript.
    package func finish(_ transcript: LiveTranscript, received: SampleCount, _ done: @escaping @Sendable (StoredTranscript?) -> Void) {
        work.yield { [self] in await attempt(Unstored(transcript: transcript, received: received, done: done), again: true) }
    }

    /// Tries to store a transcript. Called in order.
    private func attempt(_ unstored: Unstored, again: Bool) async {
        let transcript = unstored.transcript, id = transcript.record.id
        var stored: StoredTranscript?
        do throws(StoreError) {
            let whole = transcript.transcript(file: try await older(of: transcript), received: unstored.received)
            stored = StoredTranscript(record: transcript.record, transcript: whole, status: whole.isWhole ? .complete : .recovering)
        } catch {
            log.warning("the earlier part of a transcript cannot be read", [.session: id.rawValue, .error: "\(error)"])
        }
        let isDamaged = transcript.state.withLock { $0.isDamaged }
        var isStored = false
        if let stored, !isDamaged { isStored = await store(stored, attempts: unstored.attempts, isNew: unstored.attempts == 0) }
        if !isStored, !isDamaged {
            var unstored = unstored
            unstored.attempts += 1
            failed()
            let hasRoom = self.unstored.withLock { [unstored] waiting in
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
        transcript.state.withLock { $0.file = nil }
        unstored.done(isStored ? stored : nil)
    }

    private func attemptLater(_ id: ID<Session>, after wait: Duration) {
        Task(priority: .utility) { [weak self] in
            try? await Task.sleep(for: wait)
            self?.attemptAgain(id)
        }
    }

    private func attemptAgain(_ id: ID<Session>) {
        work.yield { [weak self] in
            guard let self, let waiting = unstored.withLock({ $0[id] }) else { return }
            await attempt(waiting, again: true)
        }
    }

    /// Returns the part of a live transcript that has left memory.
    private func older(of transcript: LiveTranscript) async throws(StoreError) -> [UInt8] {
        let (file, count) = transcript.state.withLock { ($0.file, $0.inFile) }
        guard count > 0, let file else { return [] }
        return try await file.read(count)
    }

    // MARK: - Blobs

    /// Stores a transcript and waits until it is on the disk.
    ///
    /// - Returns: false when it cannot be stored; the reason is in the log.
    package func keep(_ transcript: StoredTranscript) async -> Bool {
        await keep(transcript, attempts: 0)
    }

    private func keep(_ transcript: StoredTranscript, attempts: Int) async -> Bool {
        await inOrder { [self] in
            let isStored = await store(transcript, attempts: attempts)
            if !isStored { failed() }
            return isStored
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

    /// Returns a session's transcript, from its blob or from memory; nil: there is none.
    package func find(_ id: ID<Session>) async throws(StoredTranscript.Unreadable) -> StoredTranscript? {
        let result = await inOrder { [self] in
            do throws(StoredTranscript.Unreadable) { return Result<_, StoredTranscript.Unreadable>.success(try await load(id)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Returns the transcript in the session's blob; nil: there is no blob.
    package func stored(_ id: ID<Session>) async throws(StoredTranscript.Unreadable) -> StoredTranscript? {
        let result = await inOrder { [self] in
            do throws(StoredTranscript.Unreadable) { return Result<_, StoredTranscript.Unreadable>.success(try await loadBlob(id)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Waits until all work that was begun before is done. Unstored transcripts are tried a last time; then the journal keeps them for the next
    /// start. Gaps that are not noted are tried a last time, too.
    package func settle() async {
        await inOrder { [self] in
            let refusals = await gaps?.refusals ?? 0
            for waiting in unstored.withLock({ Array($0.values) }) { await attempt(waiting, again: false) }
            await gaps?.tryAgain(unlessRefusedSince: refusals)
        }
    }

    private func load(_ id: ID<Session>) async throws(StoredTranscript.Unreadable) -> StoredTranscript? {
        // Speech of a deleted conversation that can be restored is in the blob.
        guard let transcript = live.withLock({ $0[id] }) else {
            if forgotten.withLock({ $0[id]?.isAll ?? false }) { return nil }
            return try await loadBlob(id).map(hiding)
        }
        let older: [UInt8]
        do throws(StoreError) { older = try await self.older(of: transcript) } catch { throw .notReadable("\(error)") }
        let whole = transcript.transcript(file: older, received: nil)
        let found = StoredTranscript(record: transcript.record, transcript: whole, status: .live)
        return hiding(found)
    }

    /// Returns a transcript without the forgotten speech.
    private func hiding(_ found: StoredTranscript) -> StoredTranscript { forgotten.withLock { $0[found.record.id] }.map(found.forgetting) ?? found }

    private func loadBlob(_ id: ID<Session>) async throws(StoredTranscript.Unreadable) -> StoredTranscript? {
        guard let bytes = try await loadBytes(id) else { return nil }
        return try StoredTranscript(decoding: bytes)
    }

    private func loadBytes(_ id: ID<Session>) async throws(StoredTranscript.Unreadable) -> [UInt8]? {
        do throws(StoreError) {
            guard let name = Self.name(of: id) else { return nil }
            return try await blobs.content(of: name, maxByteCount: Self.maxByteCount)
        } catch {
            throw .notReadable("\(error)")
        }
    }

    /// Stores a transcript without the speech that is forgotten for good, or deletes it when that is the whole session.
    ///
    /// - Parameters:
    ///   - attempts: number of attempts that have failed before. Only the first failure is logged as an error.
    ///   - isNew: true if the session never had a stored transcript, and so has no gaps in the database.
    ///   - former: the bytes of the blob, which is not written again when they stay; nil: they are not known.
    private func store(
        _ transcript: StoredTranscript, attempts: Int = 0, isNew: Bool = false, former: [UInt8]? = nil
    ) async -> Bool {
        let id = transcript.record.id
        let forgotten = forgotten.withLock { $0[id] }?.forGood
        guard let name = Self.name(of: id) else { return false }
        let isGone = forgotten?.isAll ?? false
        let kept = forgotten.map(transcript.forgetting) ?? transcript
        let times = isGone ? [] : kept.transcript.gapTimes
        // First: if the process is killed before the transcript is stored, the journal still has the session, and both are written again.
        if !isNew || !times.isEmpty { await gaps?.note([id: times]) }
        do throws(StoreError) {
            guard !isGone else {
                try await blobs.delete(name)
                return true
            }
            let bytes = kept.encoded()
            if bytes != former { try await blobs.put(bytes, as: name) }
            return true
        } catch {
            let message: StaticString = "a transcript cannot be stored"
            let details: KeyValuePairs<LogKey, String> = [
                .session: id.rawValue, .path: "\(blobs.location)/\(name)", .error: "\(error)",
            ]
            if attempts == 0 { log.error(message, details) } else { log.debug(message, details) }
            return false
        }
    }

    // MARK: - Erasure

    /// Returns the sessions of a user whose transcripts are stored.
    package func sessions(of user: ID<User>) async throws(StoreError) -> [ID<Session>] {
        let result = await inOrder { [self] in
            do throws(StoreError) {
                var sessions: [ID<Session>] = []
                for blob in try await blobs.all() {
                    guard let session = Self.session(of: blob.name) else { continue }
                    guard let bytes = try await blobs.content(of: blob.name, maxByteCount: Self.maxByteCount) else { continue }
                    // The transcript of a newer version has the same members.
                    guard let document = try? JSONDocument(parsing: bytes, sizeLimit: Self.maxByteCount) else {
                        // A command logs errors only.
                        log.error(
                            "a damaged transcript does not tell its user, and is left; delete the file if its user is deleted",
                            [.session: session.rawValue, .path: "\(blobs.location)/\(blob.name)"])
                        continue
                    }
                    guard document.root["user"].string ?? ID<User>.local.rawValue == user.rawValue else { continue }
                    sessions.append(session)
                }
                return Result<_, StoreError>.success(sessions)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Erases the speech that is forgotten for good from all stored transcripts, and from those that are stored later. The other forgotten speech is
    /// hidden from those who read a transcript.
    package func forget(_ all: [ID<Session>: [ForgottenSpeech]]) async {
        await inOrder { [self] in
            let refusals = await gaps?.refusals ?? 0
            var absent: [ID<Session>] = []
            let (changed, left) = know(all)
            for (id, stretches) in changed {
                guard live.withLock({ $0[id] }) == nil else { continue }
                let erasure = await forgetStored(id, stretches.forGood, isAgain: left.contains(id))
                if erasure == .absent { absent.append(id) }
                unerased.withLock { $0[id] = erasure.isFailure ? erasure : nil }
            }
            // A process that was killed, or one that has no gateway, has deleted the transcript and not its gaps.
            await gaps?.remove(absent)
            // A user is told that a deletion is complete when this returns. A database that is away holds the user up once.
            await gaps?.tryAgain(unlessRefusedSince: refusals)
        }
    }

    /// Looks for speech that is forgotten for good in the stored transcripts, and changes none: for a process beside the gateway that erases it. The
    /// transcripts that have such speech count as unerased. Later calls look only at these, and at the sessions of which more is forgotten.
    package func look(for all: [ID<Session>: [ForgottenSpeech]]) async {
        await inOrder { [self] in
            for (id, stretches) in know(all).changed {
                let erasure = await found(stretches.forGood, of: id)
                unerased.withLock { $0[id] = erasure.isFailure ? erasure : nil }
            }
        }
    }

    /// Takes over which speech is forgotten.
    ///
    /// - Returns: the sessions whose transcripts may have speech that is forgotten for good since the last call, and the sessions whose erasure has
    /// failed.
    private func know(_ all: [ID<Session>: [ForgottenSpeech]]) -> (changed: [ID<Session>: [ForgottenSpeech]], left: Set<ID<Session>>) {
        let before = forgotten.withLock { known in
            let before = known
            known = all
            return before
        }
        let left = unerased.withLock { failures in
            failures = failures.filter { all[$0.key] != nil }
            return Set(failures.keys)
        }
        return (all.filter { before[$0.key]?.forGood ?? [] != $0.value.forGood || left.contains($0.key) }, left)
    }

    /// True while a stored transcript has forgotten speech that could not be erased, or the database has refused the gaps of a session with such speech,
    /// and may still have earlier ones. The next `forget` tries it again.
    package var hasUnerased: Bool {
        get async {
            if unerased.withLock({ !$0.isEmpty }) { return true }
            return await hasUnerasedGaps
        }
    }

    private var hasUnerasedGaps: Bool {
        get async {
            let sessions = forgotten.withLock { all in Set(all.filter { !$0.value.forGood.isEmpty }.keys) }
            return await gaps?.isWaiting(for: sessions) ?? false
        }
    }

    /// The transcript that could not be read at the last `forget` or `look`, when all that is unerased could not; the first one by path. nil when more
    /// than such transcripts is unerased, and when nothing is. The transcripts are as they were.
    package var onlyUnreadable: UnerasedTranscript? {
        get async {
            let failures = unerased.withLock { Array($0.values) }
            let found = failures.compactMap { failure -> UnerasedTranscript? in
                if case .unreadable(let transcript) = failure { transcript } else { nil }
            }
            guard found.count == failures.count, await !hasUnerasedGaps else { return nil }
            return found.min { $0.path < $1.path }
        }
    }

    /// The result of the erasure of forgotten speech from a session's blob.
    private enum BlobErasure: Sendable, Equatable {
        /// There is no blob.
        case absent
        case complete
        /// The blob still has the speech; the reason is in the log.
        case failed
        /// The blob still has the speech, because its other speech cannot be read; the log has it too.
        case unreadable(UnerasedTranscript)

        var isFailure: Bool {
            switch self {
            case .absent, .complete: false
            case .failed, .unreadable: true
            }
        }
    }

    /// Erases forgotten speech from a session's blob. A blob that cannot be read, and has speech that stays, is left as it is.
    ///
    /// - Parameters:
    ///   - stretches: the speech that is forgotten for good.
    ///   - isAgain: true after a failure. Only the first failure is logged as an error.
    private func forgetStored(_ id: ID<Session>, _ stretches: [ForgottenSpeech], isAgain: Bool) async -> BlobErasure {
        guard let name = Self.name(of: id) else { return .absent }
        guard !stretches.isEmpty else { return .complete }
        // Nothing of it stays, so that it need not be read.
        if stretches.isAll { return await deleteForgotten(name, of: id, isAgain: isAgain) }
        do throws(StoredTranscript.Unreadable) {
            guard let bytes = try await loadBytes(id) else { return .absent }
            return try await store(StoredTranscript(decoding: bytes), attempts: isAgain ? 1 : 0, former: bytes) ? .complete : .failed
        } catch {
            let transcript = UnerasedTranscript(path: "\(blobs.location)/\(name)", reason: error)
            logUnerased(id, name, "\(transcript)", isAgain: isAgain)
            return .unreadable(transcript)
        }
    }

    /// Looks for forgotten speech in a session's blob, and changes nothing.
    ///
    /// - Returns: `failed` when the blob has the speech.
    private func found(_ stretches: [ForgottenSpeech], of id: ID<Session>) async -> BlobErasure {
        guard let name = Self.name(of: id) else { return .absent }
        guard !stretches.isEmpty else { return .complete }
        do throws(StoredTranscript.Unreadable) {
            if stretches.isAll { return try await has(name) ? .failed : .absent }
            guard let bytes = try await loadBytes(id) else { return .absent }
            let stored = try StoredTranscript(decoding: bytes)
            return stored.forgetting(stretches).encoded() == stored.encoded() ? .complete : .failed
        } catch {
            return .unreadable(UnerasedTranscript(path: "\(blobs.location)/\(name)", reason: error))
        }
    }

    private func has(_ name: BlobName) async throws(StoredTranscript.Unreadable) -> Bool {
        do throws(StoreError) { return try await blobs.find(name) != nil } catch { throw .notReadable("\(error)") }
    }

    /// Deletes the blob of a session that is forgotten as a whole.
    private func deleteForgotten(_ name: BlobName, of id: ID<Session>, isAgain: Bool) async -> BlobErasure {
        do throws(StoreError) {
            let isThere = try await blobs.find(name) != nil
            if isThere { await gaps?.remove([id]) }
            // Also where nothing was found: what cannot be deleted may be something else than a file.
            try await blobs.delete(name)
            return isThere ? .complete : .absent
        } catch {
            logUnerased(id, name, "\(error)", isAgain: isAgain)
            return .failed
        }
    }

    private func logUnerased(_ id: ID<Session>, _ name: BlobName, _ error: String, isAgain: Bool) {
        let message: StaticString = "deleted speech is still in a transcript; it is tried again"
        let details: KeyValuePairs<LogKey, String> = [.session: id.rawValue, .path: "\(blobs.location)/\(name)", .error: error]
        if isAgain { log.debug(message, details) } else { log.error(message, details) }
    }

    /// Sets the forgotten speech of one session, for transcripts that are stored from now on.
    package func forget(_ stretches: [ForgottenSpeech], of id: ID<Session>) { forgotten.withLock { $0[id] = stretches.isEmpty ? nil : stretches } }

    /// Returns true if at least a part of the session is forgotten.
    package func forgetsSome(of id: ID<Session>) -> Bool { forgotten.withLock { $0[id] != nil } }

    /// Returns true if the whole session is forgotten for good.
    package func isForgotten(_ id: ID<Session>) -> Bool { forgotten.withLock { $0[id]?.forGood.isAll ?? false } }

    // MARK: - Limits

    /// Deletes transcripts that are too old, and the oldest beyond the limits.
    package func sweep(now: UnixTime) async {
        await inOrder { [self] in
            let refusals = await gaps?.refusals ?? 0
            await removeOldest(now: now)
            await gaps?.tryAgain(unlessRefusedSince: refusals)
        }
    }

    /// Removes the gaps of sessions from the database whose transcripts were gone at the last call too. Call every hour or so.
    package func pruneGaps() async {
        guard let gaps else { return }
        await inOrder { [self] in
            do throws(StoreError) {
                // Before the blobs are listed: a transcript that another gateway stores meanwhile is in the list.
                var missing = try await gaps.noted()
                if !missing.isEmpty {
                    let stored = try await blobs.all()
                    missing.subtract(stored.compactMap { Self.session(of: $0.name) })
                }
                await gaps.prune(missing)
            } catch {
                log.warning("gaps of transcripts that are gone could not be removed; it is tried again", [.error: "\(error)"])
            }
        }
    }

    private func removeOldest(now: UnixTime) async {
        var all: [StoredBlob] = []
        do throws(StoreError) { all = try await blobs.all() } catch {
            log.warning("old transcripts could not be deleted; it is tried again", [.path: blobs.location, .error: "\(error)"])
        }
        // Version 0.1 may have left parts of transcripts.
        await remove(all.map(\.name).filter { !$0.text.hasSuffix(Self.suffix) })
        let oldest = now + (.zero - limits.age)
        var bytes = 0, removed: [StoredBlob] = []
        let transcripts = all.filter { $0.name.text.hasSuffix(Self.suffix) }.sorted { $0.changed > $1.changed }
        for (index, blob) in transcripts.enumerated() {
            bytes += blob.byteCount
            guard index >= limits.count || bytes > limits.bytes || blob.changed < oldest else { continue }
            removed.append(blob)
        }
        guard !removed.isEmpty, await remove(removed.map(\.name)) else { return }
        let byteCount = removed.reduce(0) { $0 + $1.byteCount }
        log.info(
            "transcripts removed by their limits",
            [.count: "\(removed.count)", .bytes: "\(byteCount)", .days: "\(limits.age.components.seconds / 86_400)"])
    }

    /// - Returns: false when not all of them could be deleted; the reason is in the log.
    @discardableResult private func remove(_ names: [BlobName]) async -> Bool {
        do throws(StoreError) {
            try await blobs.delete(names)
            await gaps?.remove(names.compactMap { Self.session(of: $0) })
            return true
        } catch {
            log.error("a transcript cannot be deleted", [.path: blobs.location, .error: "\(error)"])
            return false
        }
    }
}
