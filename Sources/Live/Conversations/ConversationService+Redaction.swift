internal import Audio
internal import Observability
package import Speech
internal import Store
package import Conversations

extension ConversationService {
    /// Silences a time of a conversation's audio for good: files without that sound take the place of the present ones.
    ///
    /// - Returns: the number of files that were replaced; nil when not all of them could be. The call may be repeated.
    package func silence(_ range: Range<Duration>, of id: ID<Conversation>, of user: ID<User>) async -> Int? {
        // Files that are shared since a split are made the conversation's own first.
        await cutAudio()
        var count = 0
        do throws(StoreError) {
            for file in try await store.audio(of: id, of: user) where file.start < range.upperBound && file.start + file.duration > range.lowerBound {
                guard let name = BlobName(file.file), let whole = try await audio.file(of: name) else { continue }
                let draft = try await audio.makeDraft()
                let result = await Task.detached(priority: .utility) {
                    Result { () throws(MediaError) in
                        try OggOpusCut.silence(
                            draft.path, from: max(.zero, range.lowerBound - file.start), to: range.upperBound - file.start, of: whole.path)
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
