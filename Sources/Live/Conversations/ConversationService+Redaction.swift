internal import Audio
internal import Observability
package import Speech
internal import Store
internal import TextNormalization
package import Conversations

extension ConversationService {
    /// Silences a time of a conversation's audio for good: files without that sound take the place of the present ones.
    ///
    /// - Returns: the number of files that were replaced; nil when not all of them could be. The call may be repeated.
    package func silence(_ range: Range<Duration>, of id: ID<Conversation>, of user: ID<User>) async -> Int? {
        await silence([range], of: id, of: user)
    }

    /// Silences times of a session's audio for good, in the conversations in which they were spoken. Audio that is stored later is not silenced.
    ///
    /// - Returns: false when not all stored audio could be silenced; the reason is in the log. The call may be repeated.
    @discardableResult func silence(_ times: [Range<Duration>], ofSession session: ID<Session>, of user: ID<User>) async -> Bool {
        guard !times.isEmpty else { return true }
        let parts: [SessionPart]
        do throws(StoreError) { parts = try await store.parts(of: session, of: user) } catch {
            log.error("the audio of hidden words cannot be silenced", [.session: session.rawValue, .error: "\(error)"])
            return false
        }
        var isDone = true
        for (index, part) in parts.enumerated() {
            // Nobody has spoken in a part without a shift.
            guard let shift = part.shift else { continue }
            let end = index + 1 < parts.count ? parts[index + 1].begins : nil
            let own = times.filter { time in time.lowerBound >= part.begins && end.map { time.lowerBound < $0 } ?? true }
            guard !own.isEmpty else { continue }
            let moved = own.map { $0.lowerBound + shift..<$0.upperBound + shift }
            if await silence(moved, of: part.conversation, of: user) == nil { isDone = false }
        }
        return isDone
    }

    /// Silences the words that are hidden in a conversation between two of its times.
    func silenceHidden(in id: ID<Conversation>, of user: ID<User>, from start: Duration, to end: Duration) async throws(StoreError) {
        guard let conversation = try await store.conversation(id, of: user) else { return }
        let words = conversation.segments.flatMap(\.words).filter { $0.start < end && $0.end > start && Word.isHidden($0.text) }
        guard !words.isEmpty else { return }
        _ = await silence(words.map { $0.start..<max($0.start, $0.end) }, of: id, of: user)
    }

    /// Silences times of a conversation's audio for good.
    ///
    /// - Returns: the number of files that were replaced; nil when not all of them could be. The call may be repeated.
    package func silence(_ ranges: [Range<Duration>], of id: ID<Conversation>, of user: ID<User>) async -> Int? {
        // Files that are shared since a split are made the conversation's own first.
        await cutAudio()
        var count = 0
        do throws(StoreError) {
            for file in try await store.audio(of: id, of: user) {
                let own = ranges.filter { file.start < $0.upperBound && file.start + file.duration > $0.lowerBound }.map { range in
                    max(.zero, range.lowerBound - file.start)..<max(.zero, range.upperBound - file.start)
                }
                guard !own.isEmpty else { continue }
                guard let name = BlobName(file.file), let whole = try await audio.file(of: name) else { continue }
                let draft = try await audio.makeDraft()
                let result = await Task.detached(priority: .utility) {
                    Result { () throws(MediaError) in
                        try OggOpusCut.silence(draft.path, own, of: whole.path)
                    }
                }.value
                switch result {
                case .success(let byteCount):
                    var silenced = file
                    silenced.file = "\(newID()).opus"
                    silenced.byteCount = byteCount
                    guard let target = BlobName(silenced.file) else { return nil }
                    try await keep(draft, as: target)
                    if try await store.replace(file.file, by: silenced, in: id, of: user) {
                        count += 1
                    } else {
                        try await audio.delete(target)
                    }
                case .failure(let error):
                    log.error("the audio of a conversation cannot be silenced", [.conversation: id.rawValue, .error: "\(error)"])
                    return nil
                }
            }
        } catch {
            log.error("the audio of a conversation cannot be silenced", [.conversation: id.rawValue, .error: "\(error)"])
            return nil
        }
        return count
    }
}
