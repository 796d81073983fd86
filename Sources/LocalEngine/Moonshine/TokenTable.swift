import Glibc

/// The recogniser's tokens as bytes of UTF-8.
///
/// The file is a list of entries without a header. An entry is a length n and n bytes. n below 128 takes one byte; from 128 on it takes two bytes,
/// with the value first − 128 + 128 · second.
package struct TokenTable: Sendable {
    /// All tokens' bytes, one after another; token `i` is at `offsets[i]..<offsets[i + 1]`.
    private let bytes: [UInt8]
    private let offsets: [Int]

    package var count: Int { offsets.count - 1 }

    /// Reads the table; nil when `file` ends inside an entry.
    package init?(_ file: Span<UInt8>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(file.count)
        var offsets = [0]
        var position = 0
        while position < file.count {
            var length = Int(file[position])
            position += 1
            if length >= 128 {
                guard position < file.count else { return nil }
                length += Int(file[position]) * 128 - 128
                position += 1
            }
            guard position + length <= file.count else { return nil }
            for index in position..<position + length { bytes.append(file[index]) }
            position += length
            offsets.append(bytes.count)
        }
        self.bytes = bytes
        self.offsets = offsets
    }

    package init(path: String) throws(InferenceError) {
        let contents = try ModelFolder.contents(ofFile: path)
        guard let table = TokenTable(contents.span), table.count > Token.end.id else {
            throw .unusableModel(path: path, reason: "the file is not a token table")
        }
        self = table
    }

    /// Returns the bytes of `token`, in which U+2581 stands for a space; empty for control tokens and for numbers outside the table.
    func bytes(of token: Token) -> ArraySlice<UInt8> {
        guard !token.isControl, Int(token.id) < count else { return [] }
        return bytes[offsets[Int(token.id)]..<offsets[Int(token.id) + 1]]
    }

    /// True if the token has a letter or a digit. All bytes from 128 on count as letters, except in the mark of a space.
    package func isSpoken(_ token: Token) -> Bool {
        var rest = bytes(of: token)
        while let byte = rest.first {
            if rest.starts(with: Self.spaceMark) {
                rest = rest.dropFirst(Self.spaceMark.count)
                continue
            }
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), 128...:
                return true
            default: rest = rest.dropFirst()
            }
        }
        return false
    }

    /// Splits the text of `tokens` into words at its spaces. A word's confidence is the geometric mean of its tokens' probabilities.
    package func words(of tokens: [ScoredToken]) -> [DecodedWord] {
        var words: [DecodedWord] = []
        var text: [UInt8] = []
        var first = 0
        var sum: Float = 0

        func close(before index: Int) {
            guard !text.isEmpty else { return }
            let mean = sum / Float(index - first)
            words.append(DecodedWord(text: String(decoding: text, as: UTF8.self), confidence: min(1, expf(mean)), tokens: first..<index))
            text.removeAll(keepingCapacity: true)
        }

        for (index, scored) in tokens.enumerated() {
            let piece = bytes(of: scored.token)
            var rest = piece
            while !rest.isEmpty {
                if rest.starts(with: Self.spaceMark) {
                    rest = rest.dropFirst(Self.spaceMark.count)
                    close(before: index)
                } else if let byte = rest.popFirst(), !Self.isSpace(byte) {
                    if text.isEmpty { (first, sum) = (index, 0) }
                    text.append(byte)
                } else {
                    close(before: index)
                }
            }
            if !text.isEmpty { sum += scored.logProbability }
        }
        close(before: tokens.count)
        return words
    }

    static let spaceMark: [UInt8] = Array("\u{2581}".utf8)
    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
}
