import HarkenTesting
import Store

/// The stores of blobs that the tests of the contract run against. Another one is a case here and a line in `open`.
enum BlobStoreKind: CaseIterable, Sendable {
    case folder

    /// Opens a store in a folder of the test's own: a new, empty one, or what an earlier call has left.
    func open(in folder: TemporaryFolder) -> any BlobStore {
        switch self {
        case .folder: FolderBlobStore(folder.path(of: "blobs"))
        }
    }
}
