/// What a client that may come back was told, numbered from 1, until it says that it has seen it.
struct ListenMemory: Sendable {
    private static let maxMessages = 1_024
    private static let maxBytes = 2 << 20

    /// The number of the last message.
    private(set) var last = 0
    private(set) var messages: [[UInt8]] = []
    private var bytes = 0

    /// What is kept beyond the limits goes, the oldest first: segments come whole again with their next change.
    mutating func append(_ message: [UInt8]) {
        last += 1
        messages.append(message)
        bytes += message.count
        var gone = 0
        while messages.count - gone > Self.maxMessages || bytes > Self.maxBytes, gone < messages.count - 1 {
            bytes -= messages[gone].count
            gone += 1
        }
        messages.removeFirst(gone)
    }

    /// The client has seen so many messages.
    mutating func saw(_ number: Int) {
        let first = last - messages.count
        let gone = min(max(0, number - first), messages.count)
        for message in messages[..<gone] { bytes -= message.count }
        messages.removeFirst(gone)
    }
}
