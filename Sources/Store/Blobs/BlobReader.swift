/// A reader of a blob, or of a range of it, piece by piece. The content is that of the time when the reader was made, even if the blob is replaced or
/// deleted meanwhile.
package protocol BlobReader: Sendable {
    /// Number of bytes of all pieces together.
    var byteCount: Int { get }

    /// Returns the next piece; nil at the end. One caller at a time.
    func next() async throws(StoreError) -> [UInt8]?
}
