package import Speech

/// The live session of a handshake, to which a token that resumes its session is bound.
package struct HandshakeSession: Sendable, Equatable {
    /// The id of the session that begins if the client wants a new one.
    package var new: ID<Session>
    /// The session that the client wants to resume; nil: a new one.
    package var resumed: ID<Session>?

    package init(new: ID<Session>, resumed: ID<Session>? = nil) {
        self.new = new
        self.resumed = resumed
    }
}
