@_spi(_Unicode) import Swift

/// Splits text into the pieces of words that a BERT model knows, as its uncased tokenizer does: lower case, no accents, punctuation apart, and of each
/// word the longest pieces from its start on.
package struct WordPieces: Sendable {
    /// Words with more letters are taken as unknown.
    private static let longestWord = 100
    private static let continued = Array("##".utf8)

    private let numbers: [[UInt8]: Int64]
    private let unknown: Int64
    private let first: Int64
    private let last: Int64

    /// - Parameter lines: of `vocab.txt`; a piece's number is its line's.
    ///
    /// nil when the pieces that every text needs are not among them.
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
        guard let pieces = WordPieces(lines) else { throw .unusableModel(path: path, reason: "it is not a vocabulary") }
        self = pieces
    }

    /// Numbers of the text's pieces between those of beginning and end; at most `limit` in all.
    package func numbers(of text: String, limit: Int) -> [Int64] {
        var found = [first]
        for word in Self.words(of: text) {
            guard found.count < limit - 1 else { break }
            found += pieces(of: word)
        }
        return found.prefix(limit - 1) + [last]
    }

    /// Runs of letters, and each mark of punctuation or Chinese character by itself.
    static func words(of text: String) -> [[Unicode.Scalar]] {
        var words: [[Unicode.Scalar]] = []
        var word: [Unicode.Scalar] = []
        func end() {
            if !word.isEmpty { words.append(word) }
            word = []
        }
        // The standard library's own normalisation, which it does not offer as API; Foundation's would bring ICU along.
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
