internal import Audio
internal import Observability
package import Speech
internal import Store

extension ConversationService {
    /// Maximum number of files that one query looks for.
    private static let unfinishedAtOnce = 1_000

    /// The end of the search for a place of an unnamed file.
    private enum FoundPlace { case added, deleted, notFound }

    /// Takes up audio that nothing names, because an earlier run was killed. A live session's audio gets its place in the session's conversation. A file
    /// without an end, which an earlier version left, is deleted, and so is one that was announced and has no place in time. Any other file may belong to a
    /// database that is restored later: it stays, and the log has the number of these files.
    ///
    /// - Parameter start: the start of this process. Younger files belong to its sessions.
    package func takeUpAudio(before start: UnixTime) async {
        do throws(StoreError) {
            let blobs = try await audio.all().filter { $0.changed < start }
            var removed = 0, added = 0, left: [StoredBlob] = []
            for first in stride(from: 0, to: blobs.count, by: Self.unfinishedAtOnce) {
                let part = blobs[first..<min(first + Self.unfinishedAtOnce, blobs.count)]
                let unnamed = Set(try await store.unnamed(part.map(\.name.text)))
                for blob in part where unnamed.contains(blob.name.text) {
                    guard let kept = try await audio.file(of: blob.name) else { continue }
                    switch await Task.detached(priority: .utility, operation: { OggOpusEnd(of: kept.path) }).value {
                    case .complete(let duration):
                        switch try await takeUp(blob, kept, duration) {
                        case .added: added += 1
                        case .deleted: break
                        case .notFound: left.append(blob)
                        }
                    case .missing:
                        try await audio.delete(blob.name)
                        removed += 1
                    case nil: left.append(blob)
                    }
                }
            }
            let unknown = try await UnknownAudio(among: left, of: store)
            try await store.deleteUnnamedFiles()
            if unknown.files > 0 {
                log.warning(
                    "audio files that belong to no conversation and no voice stay; docs/operating.md says how to delete them",
                    [.path: audio.location, .count: "\(unknown.files)", .bytes: "\(unknown.bytes)"])
            }
            if removed > 0 { log.info("unfinished audio of an earlier run was deleted", [.count: "\(removed)"]) }
            if added > 0 { log.info("audio of an earlier run was added to its conversations", [.count: "\(added)"]) }
        } catch {
            log.error("audio that an earlier run left cannot be taken up", [.error: "\(error)"])
        }
    }

    /// Adds a live session's audio to the conversation in which it was spoken. Audio that must not be kept any more is deleted.
    ///
    /// - Parameter whole: the blob's content.
    private func takeUp(_ blob: StoredBlob, _ whole: BlobFile, _ duration: Duration) async throws(StoreError) -> FoundPlace {
        guard let place = SessionAudioName(blob.name) else { return .notFound }
        guard let user = try await store.user(of: place.session) else {
            // Nothing else is left of a deleted conversation. The audio of one that can be restored is taken up at a start after that.
            let forgotten = try await store.forgottenSpeech(of: place.session)
            guard !forgotten.isEmpty, forgotten.forGood.count == forgotten.count else { return .notFound }
            try await audio.delete(blob.name)
            return .deleted
        }
        let part = try await store.parts(of: place.session, of: user).last { $0.begins <= place.start }
        guard let part, let shift = part.shift else { return .notFound }
        let conversation = part.conversation
        var stored = StoredAudio(
            file: blob.name.text, start: place.start + shift, duration: duration, byteCount: blob.byteCount, created: blob.changed)
        let end = stored.start + duration
        // A copy that was made to replace a file, and never did, is of no use.
        let isCopy = try await store.audio(of: conversation, of: user).contains { $0.start < end && stored.start < $0.start + $0.duration }
        var hidden: [Range<Duration>] = [], isAdded = false
        if !isCopy, try await keepsAudio(of: user) {
            // Words that were recognized again may be hidden in this audio. It is silent before it has its place: the next start takes up no file
            // that has one. More words may be hidden while it is written.
            var found = try await hiddenTimes(in: conversation, of: user, from: stored.start, to: end)
            while found.contains(where: { !hidden.contains($0) }) {
                hidden = found
                stored = try await silenced(stored, whole, at: hidden, of: conversation)
                found = try await hiddenTimes(in: conversation, of: user, from: stored.start, to: end)
            }
            isAdded = try await store.add(stored, to: conversation, of: user)
        }
        guard isAdded else {
            try await audio.delete(blob.name)
            return .deleted
        }
        // Words that came meanwhile were silenced in the files that had their places then.
        let late = try await hiddenTimes(in: conversation, of: user, from: stored.start, to: end).filter { !hidden.contains($0) }
        if !late.isEmpty { _ = await silence(late, of: conversation, of: user, waits: Self.silencingWaits) }
        storedAudio(of: conversation, of: user)
        return .added
    }
}
