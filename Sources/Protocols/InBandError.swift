/// An error in the dialects that accept every socket and then send errors through it.
package struct InBandError: Error, Sendable, Equatable {
    /// Text messages, in order.
    package var messages: [[UInt8]]
    package var code: UInt16
    package var reason: String
    /// Pause between the messages and the close, for clients that miss messages which come together with the close.
    package var pause: Duration

    package init(messages: [[UInt8]], code: UInt16, reason: String, pause: Duration = .zero) {
        self.messages = messages
        self.code = code
        self.reason = reason
        self.pause = pause
    }
}
