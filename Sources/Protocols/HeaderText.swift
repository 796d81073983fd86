/// Text of any origin, made fit for a header's value.
enum HeaderText {
    /// Printable ASCII of at most 200 bytes; everything else becomes `?`.
    static func safe(_ text: String) -> String {
        String(decoding: text.utf8.prefix(200).map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}
