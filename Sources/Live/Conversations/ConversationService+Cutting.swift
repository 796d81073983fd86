internal import Audio
internal import Observability
internal import Store

extension ConversationService {
    /// Cuts all files that must be cut, one after the other.
    func cutAll() async {
        let notYet = { [log] (error: StoreError) in log.error("the audio of a split conversation could not be cut yet", [.error: "\(error)"]) }
        do throws(StoreError) {
            for uncut in try await store.uncutAudio() {
                do throws(StoreError) { try await cut(uncut) } catch { notYet(error) }
            }
        } catch {
            notYet(error)
        }
    }

    private func cut(_ uncut: UncutAudio) async throws(StoreError) {
        // Each attempt uses the same name: an attempt that is cut off then leaves no file that nothing names.
        let stem = String(uncut.audio.file.prefix { $0 != "." })
        let name = "\(stem.utf8.count < 150 ? stem : newID())-\(uncut.isDeleted ? "d" : "")\(uncut.number).opus"
        guard let source = BlobName(uncut.audio.file), let target = BlobName(name) else { return }
        var part: StoredAudio?
        // A file that does not exist need not be cut.
        if let whole = try await audio.file(of: source) {
            let draft = try await audio.makeDraft()
            let result = await Task.detached(priority: .utility) {
                Result { () throws(MediaError) in try OggOpusCut.write(draft.path, from: uncut.from, to: uncut.to, of: whole.path) }
            }.value
            switch result {
            case .success(let cut?):
                try await keep(draft, as: target)
                part = StoredAudio(
                    file: name, start: uncut.audio.start + cut.start, duration: cut.duration, byteCount: cut.byteCount, created: uncut.audio.created)
            case .success(nil): break
            case .failure(let error): return log.error("the audio of a split conversation cannot be cut", [.error: "\(error)"])
            }
        }
        guard try await !store.cut(uncut, to: part), part != nil else { return }
        // Another gateway may have cut the same part: then the file is that one's too.
        if try await !store.unnamed([name]).isEmpty { try await audio.delete(target) }
    }
}
