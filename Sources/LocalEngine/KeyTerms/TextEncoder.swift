/// Turns text into the recogniser's tokens.
///
/// The two neighbouring pieces whose joined piece has the lowest number are joined, until no joined piece is in the table. The result is the tokens
/// that the recogniser itself writes (179 of 180 recognised texts of the development recordings).
struct TextEncoder: Sendable {
    private let ids: [[UInt8]: Int32]

    init(_ table: TokenTable) {
        var ids: [[UInt8]: Int32] = [:]
        ids.reserveCapacity(table.count)
        // Single bytes come first in the table, and again later as characters. The characters are what the recogniser writes, so later pieces win.
        for id in Int(Token.end.id) + 1..<max(table.count, Int(Token.end.id) + 1) {
            let piece = Array(table.bytes(of: Token(Int32(id))))
            if !piece.isEmpty { ids[piece] = Int32(id) }
        }
        self.ids = ids
    }

    /// Returns the tokens of a text that begins with a new word; nil when the table has no token for one of its characters.
    func encode(_ text: String) -> [Token]? {
        var parts = [TokenTable.spaceMark] + text.unicodeScalars.map { $0 == " " ? TokenTable.spaceMark : Array(String($0).utf8) }
        while parts.count > 1 {
            var best: (id: Int32, index: Int)?
            for index in 0..<parts.count - 1 {
                guard let id = ids[parts[index] + parts[index + 1]] else { continue }
                if id < best?.id ?? .max { best = (id, index) }
            }
            guard let index = best?.index else { break }
            parts[index] += parts[index + 1]
            parts.remove(at: index + 1)
        }
        var tokens: [Token] = []
        for part in parts {
            guard let id = ids[part] else { return nil }
            tokens.append(Token(id))
        }
        return tokens
    }
}
