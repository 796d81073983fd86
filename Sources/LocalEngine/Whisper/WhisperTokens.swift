import Glibc

/// The bytes of Whisper's ordinary tokens. A character of text may be split over several tokens.
///
/// A line of the file has the bytes of a token in base64, a space, and the token's number.
struct WhisperTokens: Sendable {
    /// All tokens' bytes, one after another, and the range of each token.
    private var bytes: [UInt8] = []
    private var ranges: [Range<Int>] = []

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
    /// Groups tokens into words. A word's confidence is the mean of its tokens' probabilities. A token that begins with a space begins a word. Where the
    /// language is written without spaces, a word ends after punctuation that closes a part of a sentence.
    func words(of tokens: [ScoredToken]) -> [DecodedWord] {
        var words: [DecodedWord] = []
        var first = 0
        func close(before end: Int) {
            let text = tokens[first..<end].flatMap { bytes(of: $0.token) }
            let trimmed = String(decoding: text, as: UTF8.self).drop { $0.isWhitespace }
            if trimmed.contains(where: { !$0.isWhitespace }) {
                let sum = tokens[first..<end].reduce(0) { $0 + expf($1.logProbability) }
                words.append(DecodedWord(text: String(trimmed), confidence: min(1, sum / Float(end - first)), tokens: first..<end))
            }
            first = end
        }
        for index in tokens.indices {
            let piece = bytes(of: tokens[index].token)
            if piece.first == UInt8(ascii: " "), index > first { close(before: index) }
            if Self.closesPart(piece) { close(before: index + 1) }
        }
        close(before: tokens.count)
        return words
    }

    /// True if the token ends with punctuation of a script that has no spaces: 、 。 ！ ？ ，
    private static func closesPart(_ piece: ArraySlice<UInt8>) -> Bool {
        ["、", "。", "！", "？", "，"].contains { piece.suffix(3).elementsEqual($0.utf8) }
    }
}
