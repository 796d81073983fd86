/// The numbered messages to a client that may reconnect, kept until the client confirms them. Numbers start at 1.
struct ListenMemory: Sendable {
    private static let maxMessages = 1_024
    private static let maxBytes = 2 << 20

    /// The number of the last message.
    private(set) var last = 0
    private(set) var messages: [[UInt8]] = []
    private var bytes = 0

    /// - Parameter last: number of messages that the client has of another gateway.
    init(last: Int = 0) { self.last = last }

    /// Keeps a message. Beyond the limits the oldest messages are dropped: each segment is sent whole again with its next change.
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

    /// Drops the messages up to this number, which the client has seen.
    mutating func saw(_ number: Int) {
        let first = last - messages.count
        guard number > first else { return }
        let gone = min(number - first, messages.count)
        for message in messages[..<gone] { bytes -= message.count }
        messages.removeFirst(gone)
    }
}
