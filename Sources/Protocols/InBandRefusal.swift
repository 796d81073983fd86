/// A refusal of the dialects that accept every socket and then say no in it.
package struct InBandRefusal: Error, Sendable, Equatable {
    /// Text messages, in order.
    package var messages: [[UInt8]]
    package var code: UInt16
    package var reason: String
    /// Between the messages and the close, for clients that do not read what comes with it.
    package var pause: Duration

    package init(messages: [[UInt8]], code: UInt16, reason: String, pause: Duration = .zero) {
        self.messages = messages
        self.code = code
        self.reason = reason
        self.pause = pause
    }
}
