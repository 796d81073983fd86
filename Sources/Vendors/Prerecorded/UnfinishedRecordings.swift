import Net
import Protocols
import Speech
import Synchronization

/// Recordings that a vendor has in hand and whose words did not come: a later attempt at the same recording asks for them, instead of ordering, and
/// paying for, the same work once more. Kept in memory only.
package final class UnfinishedRecordings: Sendable {
    private static let most = 256

    /// Work that is the same when it is asked for again.
    struct Work: Sendable, Equatable {
        private enum Audio: Sendable, Equatable {
            case content(String)
            case file(path: String, FileSummary.Version)
        }

        private var vendor: EngineName
        private var address: String?
        /// SHA-256 of the key: whose account has the work.
        private var account: [UInt8]
        private var audio: Audio
        private var format: AudioFormat
        private var options: RecognitionOptions

        init(_ recording: Recording, _ version: FileSummary.Version, _ options: RecognitionOptions, at settings: VendorSettings) {
            vendor = settings.name
            address = settings.address
            account = SHA256.digest(Array(settings.credential.secret.utf8))
            audio = recording.digest.map { .content($0) } ?? .file(path: recording.path, version)
            format = recording.format
            self.options = options
        }
    }

    private struct Entry {
        var number: Int
        var work: Work
        var machine: any PrerecordedClientMachine
    }

    /// The time for which work is remembered. The vendor's copy is deleted then.
    let keepTime: Duration
    /// The oldest first.
    private let entries = Mutex<(list: [Entry], count: Int)>(([], 0))

    package init(keepTime: Duration = .seconds(3_600)) { self.keepTime = keepTime }

    /// - Returns: the name of what is kept, and what has no room any more.
    func keep(_ machine: any PrerecordedClientMachine, of work: Work) -> (number: Int, dropped: (any PrerecordedClientMachine)?) {
        entries.withLock { entries in
            let dropped = entries.list.count >= Self.most ? entries.list.removeFirst().machine : nil
            entries.count += 1
            entries.list.append(Entry(number: entries.count, work: work, machine: machine))
            return (entries.count, dropped)
        }
    }

    /// - Returns: the machine, which is the caller's from now on; nil: there is none for this work.
    func take(_ work: Work) -> (any PrerecordedClientMachine)? {
        entries.withLock { entries in entries.list.firstIndex { $0.work == work }.map { entries.list.remove(at: $0).machine } }
    }

    /// - Returns: the machine, unless somebody goes on with it.
    func take(_ number: Int) -> (any PrerecordedClientMachine)? {
        entries.withLock { entries in entries.list.firstIndex { $0.number == number }.map { entries.list.remove(at: $0).machine } }
    }
}
