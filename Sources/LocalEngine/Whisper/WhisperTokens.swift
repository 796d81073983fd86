import Glibc
import Speech

/// The bytes of Whisper's ordinary tokens. A character of text may be split over several tokens.
///
/// A line of the file has the bytes of a token in base64, a space, and the token's number.
struct WhisperTokens: Sendable {
    /// All tokens' bytes, one after another, and the range of each token.
    private var bytes: [UInt8] = []
    private var ranges: [Range<Int>] = []
    /// The tokens that have bytes, in the order of their bytes.
    private var ordered: [Int32] = []

    var count: Int { ranges.count }

    init(path: String) throws(InferenceError) {
        for line in try ModelFolder.contents(ofFile: path).split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
            guard let number = parts.last.flatMap({ Int(String(decoding: $0, as: UTF8.self)) }), 0...1_000_000 ~= number,
                let decoded = parts.count == 2 ? Self.decoded(parts[0]) : []
            else { throw .unusableModel(path: path, reason: "the file is not a list of tokens") }
            while ranges.count <= number { ranges.append(0..<0) }
            ranges[number] = bytes.count..<bytes.count + decoded.count
            bytes += decoded
        }
        guard !ranges.isEmpty else { throw .unusableModel(path: path, reason: "the file has no tokens") }
        ordered = ranges.indices.filter { !ranges[$0].isEmpty }.map { Int32($0) }
        ordered.sort { bytes[ranges[Int($0)]].lexicographicallyPrecedes(bytes[ranges[Int($1)]]) }
    }

    /// Maximum number of bytes of a token that is searched for.
    private static let longestToken = 16

    /// Divides bytes into tokens, the longest that fits first. Bytes that no token has are left out.
    ///
    /// - Parameter count: maximum number of tokens; the bytes behind are left out.
    func longest(of text: [UInt8], count: Int) -> [Token] {
        var found: [Token] = [], rest = text[...]
        while !rest.isEmpty, found.count < count {
            var length = min(Self.longestToken, rest.count)
            while length > 0 {
                if let token = token(with: rest.prefix(length)) {
                    found.append(token)
                    break
                }
                length -= 1
            }
            rest = rest.dropFirst(max(1, length))
        }
        return found
    }

    private func token(with wanted: ArraySlice<UInt8>) -> Token? {
        var low = 0, high = ordered.count
        while low < high {
            let middle = (low + high) / 2
            if bytes[ranges[Int(ordered[middle])]].lexicographicallyPrecedes(wanted) { low = middle + 1 } else { high = middle }
        }
        guard low < ordered.count, bytes[ranges[Int(ordered[low])]].elementsEqual(wanted) else { return nil }
        return Token(ordered[low])
    }

    /// Returns the bytes of a token; empty for special tokens.
    func bytes(of token: Token) -> ArraySlice<UInt8> {
        ranges.indices.contains(Int(token.id)) ? bytes[ranges[Int(token.id)]] : []
    }

    private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var decoded: [UInt8] = []
        var bits: UInt32 = 0, count = 0
        for byte in text where byte != UInt8(ascii: "=") {
            let value: UInt8
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - UInt8(ascii: "a") + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0") + 52
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            default: return nil
            }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                decoded.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return decoded
    }
}

extension WhisperTokens {
    /// Groups tokens into words. A word's confidence is the mean of its tokens' probabilities. A token that begins with a space begins a word. In a script
    /// that is written without spaces, a word ends where a token ends and a line may break, so that each has a time of its own.
    ///
    /// Source: OpenAI Whisper's `split_tokens_on_unicode`, which is for Chinese, Japanese, Thai, Lao, Burmese and Cantonese. Here the letters decide, not
    /// the language, and marks stay with their words.
    func words(of tokens: [ScoredToken]) -> [DecodedWord] {
        let pieces = tokens.map { bytes(of: $0.token) }
        var words: [DecodedWord] = []
        var first = 0
        // The bytes of the open word.
        var open: [UInt8] = []
        func close(before end: Int) {
            let text = String(decoding: open, as: UTF8.self)
            let trimmed = text.drop { $0.isWhitespace }
            if trimmed.contains(where: { !$0.isWhitespace }) {
                let sum = tokens[first..<end].reduce(0) { $0 + expf($1.logProbability) }
                var word = DecodedWord(text: String(trimmed), confidence: min(1, sum / Float(end - first)), tokens: first..<end)
                let hasBlank = trimmed.startIndex > text.startIndex
                if let last = words.last, WordSpacing.needsBlank(last.text, trimmed) != hasBlank { word.blankBefore = hasBlank }
                words.append(word)
            }
            first = end
            open = []
        }
        for index in tokens.indices {
            if index > first, pieces[index].first == UInt8(ascii: " ") || Self.mayBreak(open, pieces[index...]) { close(before: index) }
            open += pieces[index]
        }
        close(before: tokens.count)
        return words
    }

    /// Maximum number of bytes of a character of text.
    private static let maxCharacter = 64

    /// Returns true if a line may break between the open word and the next tokens; false within a character.
    private static func mayBreak(_ open: [UInt8], _ next: ArraySlice<ArraySlice<UInt8>>) -> Bool {
        // A blank belongs to the word behind it.
        guard let last = open.last, last != UInt8(ascii: " "), last >= 0x80 || next.first?.first.map({ $0 >= 0x80 }) == true else { return false }
        var bytes: [UInt8] = []
        for piece in next {
            bytes += piece
            if bytes.count >= maxCharacter { break }
        }
        // A byte that continues a character.
        guard let head = bytes.first, head & 0xC0 != 0x80 else { return false }
        guard let before = String(decoding: open.suffix(maxCharacter).drop { $0 & 0xC0 == 0x80 }, as: UTF8.self).last,
            let behind = String(decoding: bytes, as: UTF8.self).first
        else { return false }
        return LineBreaks.isAllowed(before, behind)
    }
}
