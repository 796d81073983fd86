package import Framing
package import Store

extension StoreError {
    /// The answer for a caller: a status, a stable code, and a message without names of the gateway's files.
    package var plain: (status: HTTPStatus, code: String, message: String) {
        switch self {
        case .tooMuch(let reason): (.unprocessableContent, "too_much", reason)
        case .conflict(let reason): (.conflict, "conflict", reason)
        case .notUsable, .notPermitted, .diskFull, .corrupt, .newerSchema, .otherSchema, .busy, .secretMissing, .keysLost, .cryptography, .constraint,
            .databaseUnavailable, .tooSlow, .databaseFailed, .objectStorageAway, .objectStorage, .failed:
            (.serviceUnavailable, "unavailable", "The gateway's store cannot be used.")
        }
    }
}
