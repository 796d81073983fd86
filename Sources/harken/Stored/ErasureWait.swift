import Journal
import Speech
import Store

/// The wait of a command for deleted data to leave the disk.
struct ErasureWait: Sendable {
    /// The end of the wait.
    enum End: Equatable {
        case erased
        /// The data is still there. As a rule another program reads the database.
        case held
        /// A gateway that may run has not erased it from the transcripts yet.
        case leftToGateway
        /// Another command erases in the data directory.
        case leftToCommand
        /// Only transcripts are left that cannot be read. The first of them.
        case unreadable(UnerasedTranscript)
        /// The gateway does not say.
        case unknown

        /// - Parameter isErased: a gateway's answer; nil: it does not say.
        init(_ isErased: Bool?) {
            switch isErased {
            case true?: self = .erased
            case false?: self = .held
            case nil: self = .unknown
            }
        }

        /// What a message about the deletion adds; empty when all is gone.
        var addition: String {
            switch self {
            case .erased: ""
            case .held:
                "; the data has not left the disk yet, as a rule because another program reads the database (a backup, an sqlite3 shell): a gateway erases "
                    + "it within a minute after that program ends, otherwise the next command that deletes, or the next start. Ask GET /api/v1/erasure, or "
                    + "harken doctor"
            case .leftToGateway:
                "; a gateway erases the words from the transcripts within a minute, or at its next start. Ask GET /api/v1/erasure"
            case .leftToCommand:
                "; the data has not left the disk yet, because another harken command erases in the data directory: the next command that deletes, or the next "
                    + "start of a gateway, erases what that command leaves. Ask harken doctor"
            case .unreadable(let transcript): "; some of the words have not left the disk: \(transcript)"
            case .unknown: "; the gateway erases the data from its disk soon, but does not say when: its version is an earlier one"
            }
        }
    }

    /// The end of a message, about a journal that a command on a data directory leaves to a gateway.
    static let journal = "; a gateway clears its journal within a minute, or at its next start"

    let line: ProgressLine
    /// Time after which the command ends although the data is not gone. It exceeds the time for which a gateway gathers deletions.
    var patience = Duration.seconds(30)
    /// Time between two looks.
    var interval = Duration.milliseconds(500)

    /// Waits until the data has left the disk, at most for `patience`.
    ///
    /// - Parameter look: returns the state of the data now, which is looked at again while something holds it up.
    func run(_ look: () async throws -> End) async throws -> End {
        defer { line.clear() }
        let limit = Instant.now + patience
        while true {
            let end = try await look()
            switch end {
            case .erased, .unknown, .unreadable: return end
            case .held: line.show("waiting until the deleted data has left the disk")
            case .leftToGateway: line.show("waiting until a gateway has erased the deleted data")
            case .leftToCommand: line.show("waiting for another harken command that erases")
            }
            guard Instant.now < limit else { return end }
            try await Task.sleep(for: interval)
        }
    }
}
