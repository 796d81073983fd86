internal import Framing
internal import Live

/// A form in which the watcher of a session is told what happens.
protocol WatchFormat: Sendable {
    /// Media type of the answer.
    static var contentType: String { get }
    /// Bytes that tell a proxy, and the gateway, that the connection still works, and that the reader ignores.
    static var heartbeat: [UInt8] { get }

    /// Returns the bytes for an event; none when this form leaves the event out.
    mutating func write(_ event: WatchedEvent) -> [UInt8]
}
