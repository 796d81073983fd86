/// Reason why a journal cannot be written or read.
package enum JournalError: Error, Sendable, Equatable, CustomStringConvertible {
    case cannotCreate(path: String, reason: String)
    case cannotWrite(path: String, reason: String)
    case cannotRead(path: String, reason: String)
    /// The bytes were written but are not known to be on the disk itself.
    case cannotSync(path: String, reason: String)
    /// Another version of Harken wrote the file, and this version cannot read it.
    case otherVersion(path: String)
    /// The journal's size limit removed the audio.
    case expired
    /// The journal had no room when the audio came.
    case notJournaled
    /// The gateway has stopped its sessions, and reads no journal any more.
    case stopped

    package var description: String {
        switch self {
        case .cannotCreate(let path, let reason): "Cannot create \(path): \(reason). Make the data directory writable, or choose another with --data."
        case .cannotWrite(let path, let reason): "Cannot write \(path): \(reason). Free disk space; audio is not journaled until then."
        case .cannotRead(let path, let reason): "Cannot read \(path): \(reason)."
        case .cannotSync(let path, let reason): "Cannot sync \(path): \(reason). Check the disk: a power cut may lose what was written since."
        case .otherVersion(let path):
            "\(path) was written by another version of Harken, whose sessions are not finished. Start that version once and stop it with SIGTERM, "
                + "or move the file away and lose the sessions. The file was not changed."
        case .expired: "The audio is no longer in the journal: its size limit was reached."
        case .notJournaled: "A part of the audio is not in the journal: there was no room for it when it arrived."
        case .stopped: "The gateway stops, and reads no audio from the journal any more."
        }
    }
}
