/// A refusal of the dialects that accept every socket and then say no in it.
package struct InBandRefusal: Error, Sendable, Equatable {
    /// Text messages, in order.
    package var messages: [[UInt8]]
    package var code: UInt16
    package var reason: String

    package init(messages: [[UInt8]], code: UInt16, reason: String) {
        self.messages = messages
        self.code = code
        self.reason = reason
    }
}
