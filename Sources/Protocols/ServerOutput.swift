package import Conversations
package import Framing
package import Speech

/// The actions that a dialect's server side asks for, in order.
///
/// Made once for each session and reused: all texts are in one buffer. The driver passes the output to a
/// machine, carries out `actions`, and calls `removeAll()`.
package struct ServerOutput: ~Copyable {
    package enum Action: Sendable, Equatable {
        /// Sends one text message: the text in this range.
        case send(Range<Int>)
        /// Gives a command to the session, after all audio that came before.
        case command(SessionCommand)
        /// Gives a command to the session's conversation.
        case converse(ConversationCommand)
        /// Passes on audio that came inside a text message, in the request's format.
        case audio([UInt8])
        /// Closes the socket after everything that was sent. The last action of a session.
        case close(code: UInt16, reason: String)
    }

    package private(set) var actions: [Action] = []
    package private(set) var writer = JSONWriter()

    package init() {}

    package var isEmpty: Bool { actions.isEmpty }

    /// The length of all texts, in bytes.
    package var count: Int { writer.count }

    /// A copy of one text message.
    ///
    /// - Parameter range: the range of a `.send` in `actions`.
    package func text(in range: Range<Int>) -> [UInt8] { writer.bytes(in: range) }

    package mutating func removeAll() {
        actions.removeAll(keepingCapacity: true)
        writer.clear()
    }

    package mutating func command(_ command: SessionCommand) { actions.append(.command(command)) }

    package mutating func converse(_ command: ConversationCommand) { actions.append(.converse(command)) }

    package mutating func audio(_ bytes: [UInt8]) { actions.append(.audio(bytes)) }

    package mutating func close(_ code: UInt16, _ reason: String = "") { actions.append(.close(code: code, reason: reason)) }

    /// Sends the bytes that `write` appends as one text message.
    package mutating func send(_ write: (inout JSONWriter) -> Void) {
        var start = writer.count
        write(&writer)
        // The writer puts a comma between two values; a message must not begin with it.
        if start > 0 { start += 1 }
        actions.append(.send(start..<writer.count))
    }
}
