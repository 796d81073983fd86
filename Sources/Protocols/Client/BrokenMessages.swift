import Speech

/// Counts a vendor's unreadable messages. Each one is skipped and reported, until there are too many.
package struct BrokenMessages: Sendable {
    /// Maximum number of unreadable messages that are skipped.
    package static let most = 32

    /// Name of the vendor that sends the messages.
    private let vendor: String
    private var count = 0

    init(of vendor: String) { self.vendor = vendor }

    /// Subtracts one from the count after a readable message: occasional unreadable messages do not end the stream.
    mutating func forgiveOne() { count = max(0, count - 1) }

    /// Counts an unreadable message.
    ///
    /// - Returns: the error that ends the stream; nil while the stream can go on.
    mutating func add(_ problem: String, _ actions: inout [ClientAction]) -> EngineError? {
        actions.append(.event(.skipped(problem)))
        count += 1
        return count > Self.most ? .protocolViolation("\(vendor) sent messages that cannot be read: \(problem)") : nil
    }
}
