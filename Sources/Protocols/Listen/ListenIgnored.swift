/// A text message of a client of `/listen`, or a part of one, that has no effect.
package struct ListenIgnored: Sendable, Equatable {
    /// The type of the message, and behind it the path of the part: `speaker_assigned.segment_ids`.
    package let name: String
    /// The reason, as a clause: "it needs a reason".
    package let reason: String

    init(_ name: String, _ reason: String) {
        self.name = name
        self.reason = reason
    }

    /// A member that the gateway does not read.
    static func unread(_ name: String) -> ListenIgnored { ListenIgnored(name, "the gateway does not read it") }
}
