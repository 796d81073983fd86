import CAligner

/// The PocketSphinx library, opened from the models folder.
package struct AlignerLibrary: @unchecked Sendable {
    // A table of function pointers. The table is complete when `init` returns, and is never written again or freed, so that threads may share it.
    let table: OpaquePointer

    /// - Parameter path: the path of `libpocketsphinx.so`.
    package init(path: String) throws(AlignerUnavailable) {
        var reason = [CChar](repeating: 0, count: 512)
        guard let table = caligner_open(path, &reason, reason.count) else {
            let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw AlignerUnavailable(description: "the word aligner cannot be opened: \(text); install the models again with harken models install")
        }
        self.table = table
    }
}
