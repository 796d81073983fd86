import Speech

/// The close code and the reason with which a client's socket is closed.
package struct ListenError: Error, Sendable, Equatable {
    package var code: UInt16
    /// Reason of the close frame; at most 123 bytes are sent.
    package var reason: String

    /// Returns the error for audio that the gateway cannot take.
    static func audio(_ reason: String) -> ListenError { ListenError(code: 1003, reason: reason) }

    static func policy(_ reason: String) -> ListenError { ListenError(code: 1008, reason: reason) }

    static func language(_ language: String) -> ListenError { policy("The language is not supported, \(language.prefix(bytes: 40))") }

    /// The session is over; for a client that comes back to it.
    static let expired = ListenError(code: 4404, reason: "session_expired")
    static let unavailable = ListenError(code: 1011, reason: "transcription_service_unavailable")
    static let noCredit = policy("trial_expired")
    static let badToken = policy("Invalid token")
}

extension ListenError {
    /// The reason is short: a close frame has little room.
    init(_ fault: LanguageFault) {
        self = .policy("\(fault.parameter) is \"\(fault.value?.prefix(bytes: 20) ?? "")\"; it must be \(LanguageName.accepted)")
    }
}
