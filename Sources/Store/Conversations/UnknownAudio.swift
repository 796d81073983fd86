/// Audio files of which the database knows nothing: no conversation, no voice, no deletion and no announcement has them. They stay, because they may
/// belong to a database that is restored later.
package struct UnknownAudio: Sendable, Equatable {
    package var files = 0
    package var bytes = 0

    package init(files: Int = 0, bytes: Int = 0) {
        self.files = files
        self.bytes = bytes
    }

    /// Number of files that one query looks for.
    private static let atOnce = 1_000

    /// Counts the unknown ones among some files.
    package init(among blobs: [StoredBlob], of catalog: any ConversationAudioCatalog) async throws(StoreError) {
        for first in stride(from: 0, to: blobs.count, by: Self.atOnce) {
            let part = blobs[first..<min(first + Self.atOnce, blobs.count)]
            let unknown = Set(try await catalog.unknown(part.map(\.name.text)))
            for blob in part where unknown.contains(blob.name.text) {
                files += 1
                bytes += blob.byteCount
            }
        }
    }
}
