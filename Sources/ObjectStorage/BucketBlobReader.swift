internal import Store

/// Reads an object of a bucket by pieces of some megabytes, each of which is fetched into a local file first. The first piece is there when the reader is
/// made. A later piece of an object that is replaced or deleted meanwhile is an error.
actor BucketBlobReader: BlobReader {
    private static let pieceSize = 8 << 20

    nonisolated let byteCount: Int
    private let object: ListedObject
    private let bucket: Bucket
    private let drafts: FolderBlobStore
    /// Bytes that are not fetched yet.
    private var rest: Range<Int>
    private var piece: (any BlobReader)?

    /// - Parameter range: bytes that the object has.
    init(of object: ListedObject, _ range: Range<Int>, in bucket: Bucket, drafts: FolderBlobStore) async throws(StoreError) {
        self.object = object
        self.bucket = bucket
        self.drafts = drafts
        byteCount = range.count
        rest = range
        piece = nil
        try await fetch()
    }

    func next() async throws(StoreError) -> [UInt8]? {
        while let piece {
            if let bytes = try await piece.next() { return bytes }
            try await fetch()
        }
        return nil
    }

    private func fetch() async throws(StoreError) {
        piece = nil
        guard !rest.isEmpty else { return }
        let range = rest.lowerBound..<min(rest.upperBound, rest.lowerBound + Self.pieceSize)
        let draft = try await drafts.makeDraft()
        try await bucket.read(object.key, range, tag: object.tag, into: draft.path)
        rest = range.upperBound..<rest.upperBound
        piece = try await drafts.reader(of: draft)
    }
}
