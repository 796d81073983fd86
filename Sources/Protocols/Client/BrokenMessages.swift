import Speech

/// Messages that could not be read: passed over and told, until they are too many.
package struct BrokenMessages: Sendable {
    /// So many are passed over.
    package static let most = 32

    /// Who sends them.
    private let vendor: String
    private var count = 0

    init(of vendor: String) { self.vendor = vendor }

    /// One said something: a vendor that is understood is not left because of what it says besides.
    mutating func forgiveOne() { count = max(0, count - 1) }

    /// One could not.
    ///
    /// - Returns: why the stream cannot go on; nil: it can.
    mutating func add(_ problem: String, _ actions: inout [ClientAction]) -> EngineError? {
        actions.append(.event(.skipped(problem)))
        count += 1
        return count > Self.most ? .protocolViolation("\(vendor) sent messages that cannot be read: \(problem)") : nil
    }
}
