internal import Glibc

/// A local file for the content of a blob that is not stored yet. The release of the last reference removes the file, unless the file was put.
package final class BlobDraft: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    deinit { unlink(path) }
}
