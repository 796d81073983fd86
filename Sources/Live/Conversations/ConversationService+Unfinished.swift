internal import Audio
internal import Observability
package import Speech
internal import Store

extension ConversationService {
    /// Maximum number of files that one query looks for.
    private static let unfinishedAtOnce = 1_000

    /// Takes up audio that nothing names, because an earlier run was killed. A live session's audio gets its place in the session's conversation. A file
    /// without an end, which an earlier version left, is deleted, and so is one that was announced and has no place in time. Any other file may belong to a
    /// database that is restored later, and stays.
    ///
    /// - Parameter start: the start of this process. Younger files belong to its sessions.
    package func takeUpAudio(before start: UnixTime) async {
        do throws(StoreError) {
            let files = try await audio.all().filter { $0.changed < start }.map(\.name.text)
            var removed = 0, added = 0
            for first in stride(from: 0, to: files.count, by: Self.unfinishedAtOnce) {
                for file in try await store.unnamed(Array(files[first..<min(first + Self.unfinishedAtOnce, files.count)])) {
                    guard let name = BlobName(file), let kept = try await audio.file(of: name) else { continue }
                    switch await Task.detached(priority: .utility, operation: { OggOpusEnd(of: kept.path) }).value {
                    case .complete(let duration): if try await takeUp(name, duration) { added += 1 }
                    case .missing:
                        try await audio.delete(name)
                        removed += 1
                    case nil: break
                    }
                }
            }
            try await store.deleteUnnamedFiles()
            if removed > 0 { log.info("unfinished audio of an earlier run was deleted", [.count: "\(removed)"]) }
            if added > 0 { log.info("audio of an earlier run was added to its conversations", [.count: "\(added)"]) }
        } catch {
            log.error("audio that an earlier run left cannot be taken up", [.error: "\(error)"])
        }
    }

    /// Adds a live session's audio to the conversation in which it was spoken. Audio that must not be kept any more is deleted.
    ///
    /// - Returns: true if the audio was added.
    private func takeUp(_ name: BlobName, _ duration: Duration) async throws(StoreError) -> Bool {
        guard let place = SessionAudioName(name), let blob = try await audio.find(name) else { return false }
        guard let user = try await store.user(of: place.session) else {
            // Nothing else is left of a deleted conversation. The audio of one that can be restored is taken up at a start after that.
            let forgotten = try await store.forgottenSpeech(of: place.session)
            if !forgotten.isEmpty, forgotten.forGood.count == forgotten.count { try await audio.delete(name) }
            return false
        }
        let part = try await store.parts(of: place.session, of: user).last { $0.begins <= place.start }
        guard let part, let shift = part.shift else { return false }
        let stored = StoredAudio(
            file: name.text, start: place.start + shift, duration: duration, byteCount: blob.byteCount, created: blob.changed)
        // A copy that was made to replace a file, and never did, is of no use.
        let isCopy = try await store.audio(of: part.conversation, of: user).contains {
            $0.start < stored.start + stored.duration && stored.start < $0.start + $0.duration
        }
        guard !isCopy, try await keepsAudio(of: user), try await store.add(stored, to: part.conversation, of: user) else {
            try await audio.delete(name)
            return false
        }
        storedAudio(of: part.conversation, of: user)
        return true
    }
}
