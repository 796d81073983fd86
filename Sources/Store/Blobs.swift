/// The stores of blobs of an installation, by what the blobs are.
package struct Blobs: Sendable {
    /// Conversations' audio, and recordings of users' voices: Opus in Ogg.
    package let audio: any BlobStore
    /// Recordings that wait to be recognized.
    package let uploads: any BlobStore
    /// Transcripts of live sessions.
    package let transcripts: any BlobStore
    /// Results of jobs that the database could not take yet.
    package let results: any BlobStore

    /// Makes stores in folders of the data directory.
    package init(in directory: DataDirectory) {
        self.init(in: directory) { folder, _ in folder }
    }

    /// Makes stores of the stores in the data directory's folders, such as stores that send each blob on to an object storage.
    ///
    /// - Parameter store: called with the store of a folder, and with the name by which other places know the folder.
    package init(in directory: DataDirectory, through store: (FolderBlobStore, String) -> any BlobStore) {
        audio = store(FolderBlobStore(directory.audio), "audio")
        uploads = store(FolderBlobStore(directory.uploads), "uploads")
        transcripts = store(FolderBlobStore(directory.transcripts), "transcripts")
        results = store(FolderBlobStore(directory.results), "results")
    }

    /// Prepares the stores for this process, and removes the drafts that earlier processes have left. Called before this process makes a draft.
    package func prepare() async throws(StoreError) {
        for store in [audio, uploads, transcripts, results] { try await store.prepare() }
    }
}
