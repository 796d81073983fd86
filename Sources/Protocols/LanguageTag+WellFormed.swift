import Speech

extension LanguageTag {
    /// True if the text has a tag's length and characters; the language itself need not exist.
    package var isWellFormed: Bool {
        (2...35).contains(rawValue.utf8.count)
            && rawValue.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
                default: false
                }
            }
    }
}
