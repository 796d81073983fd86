import Framing
import Speech

/// A piece of a text, with the natural logarithm of its probability: an entry of `logprobs`.
struct OpenAIToken: Sendable, Equatable {
    var text: String
    var logProbability: Double

    /// Returns the entries of a list; leaves out what is not an entry.
    static func list(_ list: borrowing JSONView) -> [OpenAIToken] {
        (0..<list.count).compactMap { index in
            guard let text = list[index]["token"].string, let logProbability = list[index]["logprob"].double else { return nil }
            return OpenAIToken(text: text, logProbability: logProbability)
        }
    }
}

extension [OpenAIToken] {
    /// Returns the lowest probability of each word's tokens; empty when the tokens are not those of the words.
    func confidences(of words: [String]) -> [Float] {
        guard !isEmpty else { return [] }
        var found: [Float] = []
        // The number of bytes of the last token that belong to further words, and the token's probability.
        var over = 0, last: Float = 1
        var rest = map { (text: $0.text.utf8.filter { !Self.isBlank($0) }, probability: Float(exponential($0.logProbability))) }[...]
        guard rest.flatMap({ $0.text }) == words.flatMap({ [UInt8]($0.utf8) }) else { return [] }
        for word in words {
            // A token may have several words, or end within one, in languages without blanks between words.
            var missing = word.utf8.count - over, lowest = over > 0 ? last : 1
            while missing > 0, let token = rest.popFirst() {
                guard !token.text.isEmpty else { continue }
                last = token.probability
                lowest = Swift.min(lowest, last)
                missing -= token.text.count
            }
            guard missing <= 0 else { return [] }
            over = -missing
            found.append(lowest)
        }
        return found
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
