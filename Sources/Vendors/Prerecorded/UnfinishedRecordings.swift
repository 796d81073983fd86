import Net
import Protocols
import Speech
import Synchronization

/// Unfinished recordings: the vendor has the work, but its words did not come. A later attempt at the same recording continues this work, instead of
/// ordering and paying for it again. Kept in memory only.
package final class UnfinishedRecordings: Sendable {
    private static let maxCount = 256

    /// Identifies work: equal values mean the same work.
    struct Work: Sendable, Equatable {
        private enum Audio: Sendable, Equatable {
            case content(String)
            case file(path: String, FileSummary.Version)
        }

        private var vendor: EngineName
        private var address: String?
        /// SHA-256 of the key, which identifies the account that has the work.
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

    /// Time for which work is remembered; then the vendor's copy is deleted.
    let keepTime: Duration
    /// Entries, oldest first; `count` numbers them.
    private let entries = Mutex<(list: [Entry], count: Int)>(([], 0))

    package init(keepTime: Duration = .seconds(3_600)) { self.keepTime = keepTime }

    /// - Returns: the number of the new entry, and the machine that was dropped for lack of room.
    func keep(_ machine: any PrerecordedClientMachine, of work: Work) -> (number: Int, dropped: (any PrerecordedClientMachine)?) {
        entries.withLock { entries in
            let dropped = entries.list.count >= Self.maxCount ? entries.list.removeFirst().machine : nil
            entries.count += 1
            entries.list.append(Entry(number: entries.count, work: work, machine: machine))
            return (entries.count, dropped)
        }
    }

    /// - Returns: the machine, which the caller now owns; nil when there is none for this work.
    func take(_ work: Work) -> (any PrerecordedClientMachine)? {
        entries.withLock { entries in entries.list.firstIndex { $0.work == work }.map { entries.list.remove(at: $0).machine } }
    }

    /// - Returns: the machine; nil when another attempt continues it.
    func take(_ number: Int) -> (any PrerecordedClientMachine)? {
        entries.withLock { entries in entries.list.firstIndex { $0.number == number }.map { entries.list.remove(at: $0).machine } }
    }
}
