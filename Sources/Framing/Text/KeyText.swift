/// The text of a key as it is sent: a text from another system without the blanks, line ends and quotation marks around it.
///
/// Every key takes this way: settings, options and variables of commands, keys in requests, and the keys that programs give to HarkenKit. The text
/// never appears in descriptions or reflection.
package struct KeyText: Sendable, Equatable {
    /// The reason why a text is not a key, in words that follow the name of the variable or the field. Never contains a part of the text.
    package enum Flaw: Error, Sendable, Equatable, CaseIterable, CustomStringConvertible {
        case empty
        case severalLines
        case ellipsis
        case blank
        case otherCharacter
        case quotationMark

        package var description: String {
            switch self {
            case .empty: "is empty"
            case .severalLines: "has more than one line"
            case .ellipsis: "has an ellipsis, as a manual has in place of a key"
            case .blank: "has a blank inside"
            case .otherCharacter: "has a character that is not printable ASCII"
            case .quotationMark: "has a quotation mark at one end"
            }
        }
    }

    /// The accepted texts, in words that follow "use" or "send".
    package static let accepted = "the key alone, in one line of ASCII without blanks"

    package let text: String

    /// Reads a key that is sent in a header or a message.
    package init(_ given: String) throws(Flaw) {
        text = try Self.core(of: given)
        if text.unicodeScalars.contains(where: { $0 == "…" }) || text.firstRange(of: "...") != nil { throw .ellipsis }
        if text.unicodeScalars.contains(where: \.properties.isWhitespace) { throw .blank }
        guard text.utf8.allSatisfy({ $0 > ASCII.space && $0 < ASCII.delete }) else { throw .otherCharacter }
        guard !Self.isQuote(text.first), !Self.isQuote(text.last) else { throw .quotationMark }
    }

    /// Returns the reason why a text is not a key; nil when it is one.
    package static func flaw(of text: String) -> Flaw? {
        do throws(Flaw) {
            _ = try KeyText(text)
            return nil
        } catch {
            return error
        }
    }

    /// Reads a secret with which something is computed, and which is never sent: any text of one line.
    package init(unsent given: String) throws(Flaw) {
        text = try Self.core(of: given)
    }

    /// Returns the text without what surrounds it, and without a pair of quotation marks.
    private static func core(of given: String) throws(Flaw) -> String {
        var core = given[...].trimmingSurroundings
        if core.count > 1, isQuote(core.first), core.first == core.last { core = core.dropFirst().dropLast().trimmingSurroundings }
        guard !core.isEmpty else { throw .empty }
        guard !core.contains(where: \.isNewline) else { throw .severalLines }
        return String(core)
    }

    private static func isQuote(_ character: Character?) -> Bool { character == "\"" || character == "'" }
}

extension KeyText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "key (hidden)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
