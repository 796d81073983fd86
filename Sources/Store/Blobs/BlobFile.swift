/// A local file with the content of a blob, for code that reads files by path. The file must not be changed, and is valid until the last reference is
/// released or the blob is deleted.
package final class BlobFile: Sendable {
    package let path: String

    package init(path: String) { self.path = path }
}
