internal import Audio
internal import Observability
package import Speech
internal import Store
internal import TextNormalization
package import Conversations

extension ConversationService {
    /// Waits between attempts to silence audio while the store cannot be used, for work that nobody does again.
    package static let silencingWaits: [Duration] = [.milliseconds(200), .seconds(1), .seconds(2), .seconds(5)]
    /// Maximum number of times that a conversation's files are listed because one of them was replaced meanwhile.
    private static let maxSilencingRounds = 5

    /// Silences a time of a conversation's audio for good: files without that sound take the place of the present ones.
    ///
    /// - Returns: the number of files that were replaced; nil when not all of them could be. The call may be repeated.
    package func silence(_ range: Range<Duration>, of id: ID<Conversation>, of user: ID<User>) async -> Int? {
        await silence([range], of: id, of: user)
    }

    /// Silences times of a conversation's audio for good.
    ///
    /// - Parameter waits: the waits before further attempts while the store cannot be used.
    /// - Returns: the number of files that were replaced; nil when not all of them could be. The call may be repeated.
    package func silence(_ ranges: [Range<Duration>], of id: ID<Conversation>, of user: ID<User>, waits: [Duration] = []) async -> Int? {
        var silencing = Silencing()
        _ = await persist(waits) {
            await silence(ranges, of: id, of: user, &silencing)
            return !silencing.mayPass
        }
        return silencing.mayPass || silencing.hasFailed ? nil : silencing.count
    }

    /// Silences times of a session's audio for good, in the conversations in which they were spoken. Audio of the session that is being stored meanwhile
    /// is silenced when it is stored.
    ///
    /// - Parameter waits: the waits before further attempts while the store cannot be used.
    /// - Returns: false when not all stored audio could be silenced, and another call may succeed; the log has the reason, also of files that cannot be
    ///   silenced at all.
    @discardableResult func silence(
        _ times: [Range<Duration>], ofSession session: ID<Session>, of user: ID<User>, waits: [Duration] = []
    ) async -> Bool {
        guard !times.isEmpty else { return true }
        noteSilences(times, of: session)
        // By the beginning of the session's part.
        var silencings: [Duration: Silencing] = [:]
        return await persist(waits) {
            let parts: [SessionPart]
            do throws(StoreError) { parts = try await store.parts(of: session, of: user) } catch {
                log.error("the audio of hidden words cannot be silenced", [.session: session.rawValue, .error: "\(error)"])
                return !error.mayPass
            }
            var isDone = true
            for (index, part) in parts.enumerated() {
                // Nobody has spoken in a part without a shift.
                guard let shift = part.shift else { continue }
                let end = index + 1 < parts.count ? parts[index + 1].begins : nil
                // A time over the border of two conversations is in the audio of both. A time without length is in the part that it lies within: on
                // the border itself it has no sound.
                let own = times.filter { time in time.upperBound > part.begins && end.map { time.lowerBound < $0 } ?? true }
                guard !own.isEmpty else { continue }
                let moved = own.map { $0.lowerBound + shift..<$0.upperBound + shift }
                var silencing = silencings[part.begins] ?? Silencing()
                await silence(moved, of: part.conversation, of: user, &silencing)
                silencings[part.begins] = silencing
                if silencing.mayPass { isDone = false }
            }
            return isDone
        }
    }

    /// Returns the times of the words that are hidden in a conversation between two of its times.
    func hiddenTimes(
        in id: ID<Conversation>, of user: ID<User>, from start: Duration, to end: Duration
    ) async throws(StoreError) -> [Range<Duration>] {
        guard let conversation = try await store.conversation(id, of: user) else { return [] }
        let words = conversation.segments.flatMap(\.words).filter { $0.start < end && $0.end > start && Word.isHidden($0.text) }
        return words.map { $0.start..<max($0.start, $0.end) }
    }

    /// Silences times of a conversation in a file that has no place in the conversation yet. The silenced file takes the place of the file.
    ///
    /// - Parameter whole: the file's content.
    /// - Returns: the file with its present size. A file that cannot be silenced at all stays as it is, and the log has the reason.
    func silenced(
        _ file: StoredAudio, _ whole: BlobFile, at ranges: [Range<Duration>], of id: ID<Conversation>
    ) async throws(StoreError) -> StoredAudio {
        let own = Self.times(ranges, in: file)
        guard !own.isEmpty, let name = BlobName(file.file) else { return file }
        var silenced = file
        switch try await silencedCopy(of: whole, at: own) {
        case .success(nil): break
        case .success(let draft?): silenced.byteCount = try await audio.put(draft, as: name)
        case .failure(.unavailable(let reason)): throw .notUsable(path: audio.location, reason: reason)
        case .failure(let error): logUnsilenced(id, "\(error)")
        }
        return silenced
    }

    /// Makes attempts until one succeeds, with a wait before each but the first.
    ///
    /// - Returns: false when none of them succeeds, or the task is cancelled.
    private func persist(_ waits: [Duration], _ attempt: () async -> Bool) async -> Bool {
        for wait in waits {
            if await attempt() { return true }
            guard (try? await Task.sleep(for: wait)) != nil else { return false }
        }
        return await attempt()
    }

    // MARK: - The files of a conversation

    /// The state of silencing times of a conversation's audio, which may take several attempts.
    private struct Silencing {
        /// Number of files that were replaced.
        var count = 0
        /// Names of the files that are silent, or gone.
        var settled: Set<String> = []
        /// Names of the files that cannot be silenced.
        var failed: Set<String> = []
        /// True if the last attempt has met a failure that stays.
        var hasFailed = false
        /// True if the last attempt has met a failure that may pass.
        var mayPass = false
        /// True if a file may have been replaced, or removed, while it was being silenced: the files must be listed again.
        var isAgain = false

        mutating func fail(_ file: String) {
            failed.insert(file)
            isAgain = true
        }
    }

    /// Makes an attempt to silence times of a conversation's audio. A file that fails does not keep the others from being silenced.
    private func silence(
        _ ranges: [Range<Duration>], of id: ID<Conversation>, of user: ID<User>, _ silencing: inout Silencing
    ) async {
        silencing.mayPass = false
        for _ in 0..<Self.maxSilencingRounds {
            silencing.isAgain = false
            // Files that are shared since a split are made the conversation's own first.
            await cutAudio()
            do throws(StoreError) {
                let files = try await store.audio(of: id, of: user)
                silencing.hasFailed = files.contains { silencing.failed.contains($0.file) }
                for file in files where !silencing.settled.contains(file.file) && !silencing.failed.contains(file.file) {
                    await silence(ranges, in: file, of: id, of: user, &silencing)
                }
            } catch {
                logUnsilenced(id, "\(error)")
                if error.mayPass { silencing.mayPass = true } else { silencing.hasFailed = true }
                return
            }
            guard silencing.isAgain else { return }
        }
        logUnsilenced(id, "its files are being replaced")
        silencing.mayPass = true
    }

    /// Silences times of a conversation in one of its files, if the file has them. A file that is silent there already stays.
    private func silence(
        _ ranges: [Range<Duration>], in file: StoredAudio, of id: ID<Conversation>, of user: ID<User>, _ silencing: inout Silencing
    ) async {
        let own = Self.times(ranges, in: file)
        guard !own.isEmpty else { return }
        do throws(StoreError) {
            guard let name = BlobName(file.file), let whole = try await audio.file(of: name) else {
                // Another silencing, or a cut, has replaced the file, which is then not listed any more. One that is still listed is missing.
                silencing.settled.insert(file.file)
                silencing.isAgain = true
                return
            }
            switch try await silencedCopy(of: whole, at: own) {
            case .success(nil): silencing.settled.insert(file.file)
            case .success(let draft?):
                var silenced = file
                silenced.file = "\(newID()).opus"
                guard let target = BlobName(silenced.file) else { return silencing.fail(file.file) }
                silenced.byteCount = try await keep(draft, as: target)
                if try await store.replace(file.file, by: silenced, in: id, of: user) {
                    silencing.count += 1
                    silencing.settled.insert(silenced.file)
                } else {
                    silencing.isAgain = true
                    try await audio.delete(target)
                }
            case .failure(.unavailable(let reason)):
                logUnsilenced(id, reason)
                silencing.mayPass = true
            case .failure(let error):
                logUnsilenced(id, "\(error)")
                silencing.fail(file.file)
            }
        } catch {
            logUnsilenced(id, "\(error)")
            if error.mayPass { silencing.mayPass = true } else { silencing.fail(file.file) }
        }
    }

    /// Returns the times from a file's start at which times of its conversation lie; empty when the file has none of them.
    private static func times(_ ranges: [Range<Duration>], in file: StoredAudio) -> [Range<Duration>] {
        ranges.filter { file.start < $0.upperBound && file.start + file.duration > $0.lowerBound }.map { range in
            max(.zero, range.lowerBound - file.start)..<max(.zero, range.upperBound - file.start)
        }
    }

    /// Makes a copy of a file without the sound of some of its times.
    ///
    /// - Returns: nil when the file has no sound there already; nothing is written then. The stored file itself is the only fact that says so, so a
    ///   silencing that was cut off is done again.
    private func silencedCopy(of file: BlobFile, at times: [Range<Duration>]) async throws(StoreError) -> Result<BlobDraft?, MediaError> {
        let draft = try await audio.makeDraft()
        let result = await Task.detached(priority: .utility) {
            Result { () throws(MediaError) in try OggOpusCut.silence(draft.path, times, of: file.path) }
        }.value
        return result.map { byteCount in byteCount.map { _ in draft } }
    }

    private func logUnsilenced(_ id: ID<Conversation>, _ reason: String) {
        log.error("the audio of a conversation cannot be silenced", [.conversation: id.rawValue, .error: reason])
    }
}
