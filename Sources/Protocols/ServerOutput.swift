package import Conversations
package import Framing
package import Speech

/// What a dialect's server side wants done, in order.
///
/// Made once for each session and used again and again: the texts lie one behind the other in one buffer, so that saying something allocates
/// nothing. The driver hands it to a machine, carries out `actions`, and calls `removeAll()`.
package struct ServerOutput: ~Copyable {
    package enum Action: Sendable, Equatable {
        /// One text message: these bytes of `bytes`.
        case send(Range<Int>)
        /// For the session; keeps its place behind the audio that came before.
        case command(SessionCommand)
        /// For the session's conversation.
        case converse(ConversationCommand)
        /// Audio that came inside a text message, in the request's format.
        case audio([UInt8])
        /// Close the socket, behind everything that was sent. The last action of a session.
        case close(code: UInt16, reason: String)
    }

    package private(set) var actions: [Action] = []
    package private(set) var writer = JSONWriter()

    package init() {}

    package var isEmpty: Bool { actions.isEmpty }

    /// The bytes that `.send` ranges point into.
    package var bytes: [UInt8] { writer.bytes }

    package mutating func removeAll() {
        actions.removeAll(keepingCapacity: true)
        writer.clear()
    }

    package mutating func command(_ command: SessionCommand) { actions.append(.command(command)) }

    package mutating func converse(_ command: ConversationCommand) { actions.append(.converse(command)) }

    package mutating func audio(_ bytes: [UInt8]) { actions.append(.audio(bytes)) }

    package mutating func close(_ code: UInt16, _ reason: String = "") { actions.append(.close(code: code, reason: reason)) }

    /// Sends what `write` appends as one text message.
    package mutating func send(_ write: (inout JSONWriter) -> Void) {
        var start = writer.bytes.count
        write(&writer)
        // The writer parts values by commas; messages are parted by themselves.
        if start > 0 { start += 1 }
        actions.append(.send(start..<writer.bytes.count))
    }
}
