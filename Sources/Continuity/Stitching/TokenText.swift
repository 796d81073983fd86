/// The text of a token. Texts that differ are told apart by a number, without a comparison of their letters.
struct TokenText: Equatable, Sendable {
    let string: String
    private let key: Key?

    init(_ string: String) {
        self.string = string
        key = Key(string)
    }

    static func == (a: Self, b: Self) -> Bool {
        if let key = a.key, let other = b.key, key != other { return false }
        return a.string == b.string
    }

    /// Returns true if this text is `first` and `second` written as one word.
    func joins(_ first: TokenText, _ second: TokenText) -> Bool {
        if let key, let one = first.key, let other = second.key, key.length != one.length + other.length { return false }
        return string == first.string + second.string
    }

    /// The length and a hash (FNV-1a) of an ASCII text. Other texts have no key: the same text may be written in several ways.
    private struct Key: Equatable, Sendable {
        private var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        let length: Int

        init?(_ text: String) {
            length = text.utf8.count
            for byte in text.utf8 {
                guard byte < 0x80 else { return nil }
                hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
            }
        }
    }
}
