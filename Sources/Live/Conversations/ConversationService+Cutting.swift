internal import Audio
internal import Glibc
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
        let name = "\(stem.utf8.count < 150 ? stem : newID())-\(uncut.number).opus"
        let whole = audioFolder + "/" + uncut.audio.file, path = audioFolder + "/" + name
        let result = await Task.detached(priority: .utility) {
            Result { () throws(MediaError) in try OggOpusCut.write(path, from: uncut.from, to: uncut.to, of: whole) }
        }.value
        var part: StoredAudio?
        switch result {
        case .success(let cut):
            part = cut.map { cut in
                StoredAudio(
                    file: name, start: uncut.audio.start + cut.start, duration: cut.duration, byteCount: cut.byteCount, created: uncut.audio.created)
            }
        case .failure(let error):
            // A file that does not exist need not be cut.
            guard access(whole, F_OK) != 0 else {
                unlink(path)
                return log.error("the audio of a split conversation cannot be cut", [.error: "\(error)"])
            }
        }
        if try await !store.cut(uncut, to: part) { unlink(path) }
    }
}
