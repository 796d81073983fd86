/// The header of answers to deletions. It names the operation that tells when the deleted data has left the files.
package enum ErasureHeader {
    package static let name = "X-Harken-Erasure"
    package static let value = APIOperation.root + "/erasure"
}
