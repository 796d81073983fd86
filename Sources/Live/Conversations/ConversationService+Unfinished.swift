internal import Audio
internal import Observability
package import Speech
internal import Store

extension ConversationService {
    /// Maximum number of files that one query looks for.
    private static let unfinishedAtOnce = 1_000

    /// Deletes audio that an earlier version left unfinished when it was killed: files without an end that nothing names. This version leaves drafts,
    /// which the start removes.
    ///
    /// - Parameter start: the start of this process. Younger files belong to its sessions.
    package func removeUnfinishedAudio(before start: UnixTime) async {
        do throws(StoreError) {
            let files = try await audio.all().filter { $0.changed < start }.map(\.name.text)
            var removed = 0
            for first in stride(from: 0, to: files.count, by: Self.unfinishedAtOnce) {
                for file in try await store.unnamed(Array(files[first..<min(first + Self.unfinishedAtOnce, files.count)])) {
                    guard let name = BlobName(file), let kept = try await audio.file(of: name) else { continue }
                    // A complete file may belong to a database that is restored later.
                    guard await Task.detached(priority: .utility, operation: { OggOpusEnd.isComplete(kept.path) }).value == false else { continue }
                    try await audio.delete(name)
                    removed += 1
                }
            }
            if removed > 0 { log.info("unfinished audio of an earlier run was deleted", [.count: "\(removed)"]) }
        } catch {
            log.error("unfinished audio of an earlier run cannot be deleted", [.error: "\(error)"])
        }
    }
}
