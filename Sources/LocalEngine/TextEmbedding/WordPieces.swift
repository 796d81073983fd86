@_spi(_Unicode) import Swift

/// Splits text into the word pieces of a BERT model, as the model's uncased tokenizer does: lower case, without accents, with punctuation separate,
/// and each word split into the longest pieces from its start on.
package struct WordPieces: Sendable {
    /// Maximum number of letters of a word; longer words count as unknown.
    private static let longestWord = 100
    private static let continued = Array("##".utf8)

    private let numbers: [[UInt8]: Int64]
    private let unknown: Int64
    private let first: Int64
    private let last: Int64

    /// Makes the vocabulary; nil when the pieces that every text needs are missing.
    ///
    /// - Parameter lines: the lines of `vocab.txt`. The number of a piece is the number of its line.
    package init?(_ lines: [[UInt8]]) {
        numbers = Dictionary(lines.enumerated().map { ($1, Int64($0)) }) { first, _ in first }
        guard let unknown = numbers[Array("[UNK]".utf8)], let first = numbers[Array("[CLS]".utf8)], let last = numbers[Array("[SEP]".utf8)] else {
            return nil
        }
        (self.unknown, self.first, self.last) = (unknown, first, last)
    }

    package init(path: String) throws(InferenceError) {
        let contents = try ModelFolder.contents(ofFile: path)
        let lines = contents.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }
        guard let pieces = WordPieces(lines) else { throw .unusableModel(path: path, reason: "the file is not a vocabulary") }
        self = pieces
    }

    /// Returns the numbers of the text's pieces, between the numbers for beginning and end; at most `limit` in all.
    package func numbers(of text: String, limit: Int) -> [Int64] {
        var found = [first]
        for word in Self.words(of: text) {
            guard found.count < limit - 1 else { break }
            found += pieces(of: word)
        }
        return found.prefix(limit - 1) + [last]
    }

    /// Splits text into runs of letters. Each mark of punctuation and each Chinese character is a word of its own.
    static func words(of text: String) -> [[Unicode.Scalar]] {
        var words: [[Unicode.Scalar]] = []
        var word: [Unicode.Scalar] = []
        func end() {
            if !word.isEmpty { words.append(word) }
            word = []
        }
        // This is the standard library's own normalisation, which has no public API. Foundation's would add a dependency on ICU.
        for scalar in text.lowercased()._nfd {
            switch Kind(scalar) {
            case .letter: word.append(scalar)
            case .space: end()
            case .alone:
                end()
                words.append([scalar])
            case .nothing: break
            }
        }
        end()
        return words
    }

    private func pieces(of word: [Unicode.Scalar]) -> [Int64] {
        guard word.count <= Self.longestWord else { return [unknown] }
        let letters = word.map { Array(UTF8.encode($0) ?? UTF8.EncodedScalar()) }
        var found: [Int64] = []
        var start = 0
        while start < letters.count {
            var end = letters.count
            var piece = (start == 0 ? [] : Self.continued) + letters[start...].joined()
            while end > start, numbers[piece] == nil {
                end -= 1
                piece.removeLast(letters[end].count)
            }
            guard end > start, let number = numbers[piece] else { return [unknown] }
            found.append(number)
            start = end
        }
        return found
    }

    private enum Kind {
        case letter, space, alone, nothing

        init(_ scalar: Unicode.Scalar) {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D, 0x20: self = .space
            case 0, 0xFFFD: self = .nothing
            // ASCII's symbols count as punctuation.
            case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: self = .alone
            case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x2_0000...0x2_A6DF, 0x2_A700...0x2_CEAF, 0xF900...0xFAFF, 0x2_F800...0x2_FA1F: self = .alone
            default:
                switch scalar.properties.generalCategory {
                case .spaceSeparator: self = .space
                case .control, .format, .unassigned, .privateUse, .surrogate, .nonspacingMark: self = .nothing
                case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
                    .otherPunctuation:
                    self = .alone
                default: self = .letter
                }
            }
        }
    }
}
