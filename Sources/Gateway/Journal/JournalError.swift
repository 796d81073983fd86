/// Why a journal cannot be written or read.
package enum JournalError: Error, Sendable, Equatable, CustomStringConvertible {
    case cannotCreate(path: String, reason: String)
    case cannotWrite(path: String, reason: String)
    case cannotRead(path: String, reason: String)
    /// The retention limit took the audio away.
    case expired
    /// There was no room when the audio came.
    case notJournaled

    package var description: String {
        switch self {
        case .cannotCreate(let path, let reason): "Cannot create \(path): \(reason). Make the data directory writable, or choose another with --data."
        case .cannotWrite(let path, let reason): "Cannot write \(path): \(reason). Free disk space; audio is not journaled until then."
        case .cannotRead(let path, let reason): "Cannot read \(path): \(reason)."
        case .expired: "The audio is no longer in the journal: its size limit was reached."
        case .notJournaled: "A part of the audio is not in the journal: there was no room for it when it came."
        }
    }
}
