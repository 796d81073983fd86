import CAligner

/// PocketSphinx, opened from the models folder when it is first needed.
package struct AlignerLibrary: @unchecked Sendable {
    // A table of function pointers that is complete when `init` returns, is never written again and never freed: safe to share.
    let table: OpaquePointer

    /// - Parameter path: of `libpocketsphinx.so`.
    package init(path: String) throws(AlignerUnavailable) {
        var reason = [CChar](repeating: 0, count: 512)
        guard let table = caligner_open(path, &reason, reason.count) else {
            let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw AlignerUnavailable(description: "the word aligner cannot be opened: \(text); run make setup")
        }
        self.table = table
    }
}
