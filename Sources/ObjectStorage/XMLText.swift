/// An answer of an object storage in XML: finds elements by their names. The answers of the protocol have no attributes, comments or sections in the
/// elements that Harken reads, and no element lies in another one of the same name.
struct XMLText: Sendable {
    private let text: Substring

    init(_ bytes: [UInt8]) { text = Substring(String(decoding: bytes, as: UTF8.self)) }

    private init(_ text: Substring) { self.text = text }

    /// Returns the content of the first element with a name; nil when there is none.
    func content(of name: String) -> String? { elements(name, limit: 1).first.map { Self.decoded($0) } }

    /// Returns the contents of all elements with a name.
    func contents(of name: String) -> [XMLText] { elements(name, limit: .max).map(XMLText.init) }

    private func elements(_ name: String, limit: Int) -> [Substring] {
        let opening = "<\(name)>", closing = "</\(name)>"
        var found: [Substring] = [], rest = text.utf8[...]
        while found.count < limit, let start = Self.firstEnd(of: opening, in: rest) {
            rest = rest[start...]
            guard let end = Self.firstEnd(of: closing, in: rest) else { break }
            found.append(Substring(rest[..<rest.index(end, offsetBy: -closing.utf8.count)]))
            rest = rest[end...]
        }
        return found
    }

    /// Returns the index behind the first place of a mark, which begins with `<`.
    private static func firstEnd(of mark: String, in text: Substring.UTF8View.SubSequence) -> String.Index? {
        var rest = text
        while let index = rest.firstIndex(of: UInt8(ascii: "<")) {
            rest = rest[index...]
            if rest.starts(with: mark.utf8) { return rest.index(index, offsetBy: mark.utf8.count) }
            rest = rest.dropFirst()
        }
        return nil
    }

    private static func decoded(_ text: Substring) -> String {
        guard text.contains("&") else { return String(text) }
        var decoded = "", rest = text
        let marks: [(String, Character)] = [
            ("&quot;", "\""), ("&#34;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&apos;", "'"), ("&#39;", "'"),
        ]
        while let first = rest.first {
            if first == "&", let (mark, character) = marks.first(where: { rest.hasPrefix($0.0) }) {
                decoded.append(character)
                rest = rest.dropFirst(mark.count)
            } else {
                decoded.append(first)
                rest = rest.dropFirst()
            }
        }
        return decoded
    }
}
