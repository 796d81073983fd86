/// Makes text of any origin safe for the value of a header.
enum HeaderText {
    /// Returns printable ASCII of at most 200 bytes; every other byte becomes `?`.
    static func safe(_ text: String) -> String {
        String(decoding: text.utf8.prefix(200).map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}
