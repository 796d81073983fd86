import Net
import Protocols
import Speech
import Synchronization

/// Recordings that a vendor has in hand and whose words did not come in time: a later attempt at the same recording goes on with them, instead of
/// ordering, and paying for, the same work once more.
final class UnfinishedRecordings: Sendable {
    private static let most = 256

    private struct Entry {
        var recording: Recording
        var version: FileSummary.Version
        var options: RecognitionOptions
        var machine: any PrerecordedClientMachine
    }

    /// The oldest first.
    private let entries = Mutex<[Entry]>([])

    func keep(_ machine: any PrerecordedClientMachine, of recording: Recording, _ version: FileSummary.Version, _ options: RecognitionOptions) {
        entries.withLock { entries in
            if entries.count >= Self.most { entries.removeFirst() }
            entries.append(Entry(recording: recording, version: version, options: options, machine: machine))
        }
    }

    /// - Returns: the machine, which is the caller's from now on; nil: there is none for this recording and these options.
    func take(_ recording: Recording, _ version: FileSummary.Version, _ options: RecognitionOptions) -> (any PrerecordedClientMachine)? {
        entries.withLock { entries in
            let index = entries.firstIndex { $0.recording == recording && $0.version == version && $0.options == options }
            return index.map { entries.remove(at: $0).machine }
        }
    }
}
