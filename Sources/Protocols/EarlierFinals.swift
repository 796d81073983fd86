/// The last messages in which a vendor made something final. Times distinguish a repeated message from words that were spoken twice.
struct EarlierFinals<Item: Equatable & Sendable>: Sendable {
    /// Messages, oldest first.
    private var messages: [[Item]] = []
    static var most: Int { 4 }

    /// Returns true if a message with these items (each with its position in the stream) came before; otherwise remembers the message.
    mutating func contain(_ items: [Item]) -> Bool {
        guard !messages.contains(items) else { return true }
        if messages.count == Self.most { messages.removeFirst() }
        messages.append(items)
        return false
    }
}
