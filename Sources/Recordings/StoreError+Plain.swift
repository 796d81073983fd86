package import Framing
package import Store

extension StoreError {
    /// The answer for a caller: a status, a stable code, and a message without names of the gateway's files.
    package var plain: (status: HTTPStatus, code: String, message: String) {
        switch self {
        case .tooMuch(let reason): (.unprocessableContent, "too_much", reason)
        case .conflict(let reason): (.conflict, "conflict", reason)
        case .overloaded: (.serviceUnavailable, "unavailable", "Too many requests wait for the gateway's store; try again in some seconds.")
        case .tooManyOfUser:
            (.tooManyRequests, "too_many_requests", "Too many of your requests wait; send fewer at a time, and try again in some seconds.")
        case .notUsable, .notPermitted, .diskFull, .shortage, .corrupt, .newerSchema, .otherSchema, .busy, .erasing, .secretMissing, .keysLost,
            .cryptography, .constraint,
            .databaseUnavailable, .tooSlow, .databaseFailed, .objectStorageAway, .objectStorage, .failed:
            (.serviceUnavailable, "unavailable", Self.unusable)
        }
    }

    /// The time after which a caller may try again; nil: nobody knows it.
    package var retryAfter: Duration? {
        switch self {
        case .overloaded, .tooManyOfUser: .seconds(5)
        case .notUsable, .notPermitted, .diskFull, .shortage, .corrupt, .newerSchema, .otherSchema, .busy, .erasing, .secretMissing, .keysLost,
            .cryptography, .constraint,
            .tooMuch, .conflict, .databaseUnavailable, .tooSlow, .databaseFailed, .objectStorageAway, .objectStorage, .failed:
            nil
        }
    }

    /// The message about a store that cannot be used.
    static let unusable = "The gateway's store cannot be used."
}
