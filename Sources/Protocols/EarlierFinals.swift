/// The last messages in which a vendor made something final: what comes twice is told from what was said twice by its times.
struct EarlierFinals<Item: Equatable & Sendable>: Sendable {
    /// Oldest first.
    private var messages: [[Item]] = []
    static var most: Int { 4 }

    /// Whether a message with these items, each with its place in the stream, has come before; if not, it has now.
    mutating func contain(_ items: [Item]) -> Bool {
        guard !messages.contains(items) else { return true }
        if messages.count == Self.most { messages.removeFirst() }
        messages.append(items)
        return false
    }
}
