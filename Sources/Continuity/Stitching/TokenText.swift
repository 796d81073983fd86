/// The text of a token. Texts that differ are told apart by a number, without a comparison of their letters.
struct TokenText: Equatable, Sendable {
    let string: String
    private let key: Key

    init(_ string: String) {
        self.string = string
        key = Key(string)
    }

    static func == (a: Self, b: Self) -> Bool { a.key.mayEqual(b.key) && a.string == b.string }

    /// Two tokens written as one word.
    struct Joined: Sendable {
        private let first: String
        private let second: String
        private let key: Key

        init(_ first: TokenText, _ second: TokenText) {
            self.first = first.string
            self.second = second.string
            key = first.key.joined(with: second.string)
        }

        /// Returns true if a token has this text.
        func equals(_ text: TokenText) -> Bool { key.mayEqual(text.key) && first + second == text.string }
    }

    /// A hash of an ASCII text (FNV-1a). Other texts have none: the same text may be written in several ways.
    private struct Key: Sendable {
        private var hash: UInt64? = 0xcbf2_9ce4_8422_2325

        init(_ text: String) { add(text) }

        func joined(with text: String) -> Self {
            var joined = self
            joined.add(text)
            return joined
        }

        private mutating func add(_ text: String) {
            guard var hash else { return }
            for byte in text.utf8 {
                guard byte < 0x80 else {
                    self.hash = nil
                    return
                }
                hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
            }
            self.hash = hash
        }

        /// Returns false if the texts differ.
        func mayEqual(_ other: Self) -> Bool {
            guard let hash, let others = other.hash else { return true }
            return hash == others
        }
    }
}
