/// A local file with the content of a blob, for code that reads files by path. The file must not be changed, and is valid until the last reference is
/// released or the blob is deleted.
package final class BlobFile: Sendable {
    package let path: String
    /// The copy of the blob that the file is; nil when the store has the file itself.
    private let copy: BlobDraft?

    package init(path: String) {
        self.path = path
        copy = nil
    }

    /// Makes the file of a copy, which is removed with the last reference.
    package init(_ copy: BlobDraft) {
        path = copy.path
        self.copy = copy
    }
}
