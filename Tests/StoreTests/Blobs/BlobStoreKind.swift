import HarkenTesting
import Net
import ObjectStorage
import Store
import Testing

/// The stores of blobs that the tests of the contract run against. Another one is a case here and a line in `open`.
enum BlobStoreKind: CaseIterable, Sendable {
    case folder
    case bucket

    /// Without a Python that has the object storage there is only the folder: a test of its own says so.
    static let allCases: [BlobStoreKind] = JudgesPython.path == nil ? [.folder] : [.folder, .bucket]

    private static let client = try? HTTPClient()

    /// Opens a store in a folder of the test's own: a new, empty one, or what an earlier call has left.
    func open(in folder: TemporaryFolder) throws -> any BlobStore {
        let local = FolderBlobStore(folder.path(of: "blobs"))
        switch self {
        case .folder: return local
        case .bucket:
            let server = try #require(ObjectServer.shared)
            let address = try #require(BucketAddress(server.address(prefix: String(folder.path.split(separator: "/").last ?? ""))))
            let credentials = BucketCredentials(keyID: server.keyID, secret: server.secret)
            // Contents of more than a part are sent in parts, as those of more than 16 MB usually are.
            let bucket = Bucket(at: address, as: credentials, through: try #require(Self.client), partSize: 5 << 20)
            return BucketBlobStore(in: bucket, below: "audio", folder: local)
        }
    }
}

@Suite struct `The contract of the stores of blobs` {
    @Test(.needs(JudgesPython.path != nil, "HARKEN_JUDGES does not name the Python of scripts/play --python judges"))
    func `is tested with an object storage too`() {
        #expect(BlobStoreKind.allCases.contains(.bucket))
    }
}
