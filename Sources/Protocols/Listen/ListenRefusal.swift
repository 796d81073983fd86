/// Why the socket of a client is closed, by code and reason.
package struct ListenRefusal: Error, Sendable, Equatable {
    package var code: UInt16
    /// For a close frame: at most 123 bytes are sent.
    package var reason: String

    /// What the audio is said to be cannot be taken.
    static func audio(_ reason: String) -> ListenRefusal { ListenRefusal(code: 1003, reason: reason) }

    static func policy(_ reason: String) -> ListenRefusal { ListenRefusal(code: 1008, reason: reason) }

    static func language(_ language: String) -> ListenRefusal { policy("The language is not supported, \(language.prefix(40))") }

    /// A later client of the same session.
    static let expired = ListenRefusal(code: 4404, reason: "session_expired")
    static let unavailable = ListenRefusal(code: 1011, reason: "transcription_service_unavailable")
    static let noCredit = policy("trial_expired")
    static let badToken = policy("Invalid token")
}
