internal import Continuity
internal import Foundation
internal import Glibc
internal import Net
package import Observability
package import Speech

/// The segments that earlier runs left. They stay until the sessions in them that did not end are recovered, or until the journal needs their room.
package final class PreviousRunJournal: Sendable {
    private struct Entry {
        var name: String
        var loop: Int
        var number: UInt32
        var bytes: Int
        /// A newer version wrote it; it is none of ours.
        var isForeign = false
    }

    private let directory: String
    private let log: Log
    /// Entries in order of loop and number.
    private let entries: Locked<[Entry]>
    /// True if everything that was committed in the segments is stored elsewhere.
    private let isStored = Locked(false)
    /// Loops that have a log in this run.
    private let loops = Locked<Set<Int>>([])

    /// Finds them. Before any log of this run is made.
    package init(directory: String, log: Log) {
        self.directory = directory
        self.log = log
        var found: [Entry] = []
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
            let path = "\(directory)/\(name)"
            let remains = JournalSegment.parse(name, suffix: JournalCheckpoint.suffix)
            let isNeedless = remains.map { access("\(directory)/\(JournalSegment.name(loop: $0.loop, number: $0.number))", F_OK) == 0 }
            // A segment that is still there has all that is in its remains.
            if isNeedless ?? name.hasSuffix(JournalCheckpoint.newSuffix) {
                unlink(path)
                continue
            }
            guard let (loop, number) = remains ?? JournalSegment.parse(name) else { continue }
            let bytes = ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int) ?? 0
            if bytes == 0 { unlink(path) } else { found.append(Entry(name: name, loop: loop, number: number, bytes: bytes)) }
        }
        entries = Locked(found.sorted { ($0.loop, $0.number) < ($1.loop, $1.number) })
    }

    /// Names a log of this run: what an earlier run of the same number left counts against its limit.
    ///
    /// - Returns: the first number for its segments.
    package func claim(_ loop: Int) -> UInt32 {
        loops.withLock { _ = $0.insert(loop) }
        return entries.withLock { entries in (entries.last { $0.loop == loop }?.number).map { $0 + 1 } ?? 0 }
    }

    /// Segments of loops that are not there any more are the first one's.
    private func isCharged(_ entry: Entry, to loop: Int, _ loops: Set<Int>) -> Bool {
        entry.loop == loop || (loop == 0 && !loops.contains(entry.loop))
    }

    /// Marks everything that was committed in the segments as stored elsewhere. From now on the limit may take the segments.
    package func wasStored() { isStored.withLock { $0 = true } }

    /// Number of bytes that count against the loop's limit. Zero until the limit may take the segments.
    package func bytes(ofLoop loop: Int) -> Int {
        guard isStored.withLock({ $0 }) else { return 0 }
        let loops = loops.withLock { $0 }
        return entries.withLock { $0.reduce(0) { isCharged($1, to: loop, loops) && !$1.isForeign ? $0 + $1.bytes : $0 } }
    }

    /// Gives up the oldest segment that is counted against the loop's limit.
    ///
    /// - Returns: its bytes; nil when there is none.
    func giveUpOldest(ofLoop loop: Int) -> Int? {
        guard isStored.withLock({ $0 }) else { return nil }
        let loops = loops.withLock { $0 }
        let entry = entries.withLock { entries -> Entry? in
            guard let index = entries.firstIndex(where: { isCharged($0, to: loop, loops) && !$0.isForeign }) else { return nil }
            return entries.remove(at: index)
        }
        guard let entry else { return nil }
        unlink("\(directory)/\(entry.name)")
        return entry.bytes
    }

    /// Takes away a segment that nobody wants any more.
    package func remove(_ file: JournalFile) {
        let wasThere = entries.withLock { entries -> Bool in
            guard let index = entries.firstIndex(where: { "\(directory)/\($0.name)" == file.path }) else { return false }
            entries.remove(at: index)
            return true
        }
        if wasThere { unlink(file.path) }
    }

    /// Reads all segments. Blocks; takes a second for some hundred megabytes.
    package func unfinishedSessions() -> JournalFindings {
        let entries = entries.withLock { $0 }
        var findings = JournalFindings()
        for entry in entries {
            let path = "\(directory)/\(entry.name)"
            do throws(JournalError) {
                let file = try JournalFile(path: path, loop: entry.loop, number: entry.number)
                switch try findings.read(file) {
                case .whole: break
                case .torn(let bytes): log.info("the end of a journal was cut off", [.path: path, .bytes: "\(bytes)"])
                case .otherVersion: keepForeign(entry.loop, entry.number, path)
                }
            } catch {
                // What the journal's limit has taken away meanwhile is not missed here but in the sessions that it was of.
                if access(path, F_OK) == 0 { log.error("a journal of an earlier run cannot be read", [.error: "\(error)"]) }
            }
        }
        for file in findings.finish() { keepForeign(file.loop, file.number, file.path) }
        if findings.nameless.sessions > 0 {
            // Of a version that said only once whose they are.
            log.error(
                "sessions of an earlier run cannot be completed: the journal's limit deleted the record of their users",
                [.count: "\(findings.nameless.sessions)", .audio: "\(findings.nameless.audio / .seconds(1))", .words: "\(findings.nameless.words)"])
        }
        return findings
    }

    /// Takes the blocks of sessions out of what earlier runs left: of those that are over, and of those that are to be known no more as a whole. Blocks.
    package func erase(_ sessions: Set<ID<Session>>, whole: Set<ID<Session>>) {
        let entries = entries.withLock { $0.filter { !$0.isForeign } }
        for loop in Set(entries.map(\.loop)) {
            do throws(JournalError) {
                let files = try entries.filter { $0.loop == loop }.map { entry throws(JournalError) in
                    try JournalFile(path: "\(directory)/\(entry.name)", loop: loop, number: entry.number)
                }
                var numbers: Set<UInt64> = [], gone: Set<UInt64> = []
                for file in files {
                    _ = try file.scan { block, payload, _ in
                        if block.kind == .opened, let record = try? SessionRecord(decoding: Array(payload)), sessions.contains(record.id) {
                            numbers.insert(block.session)
                            if whole.contains(record.id) { gone.insert(block.session) }
                        } else if block.kind == .closed {
                            gone.insert(block.session)
                        }
                    }
                }
                let over = numbers.intersection(gone)
                guard !over.isEmpty else { continue }
                for file in files { try JournalErasing.erase(over, in: file) }
            } catch {
                log.error("deleted speech is still in a journal of an earlier run", [.error: "\(error)"])
            }
        }
    }

    private func keepForeign(_ loop: Int, _ number: UInt32, _ path: String) {
        entries.withLock { entries in
            if let index = entries.firstIndex(where: { $0.loop == loop && $0.number == number }) { entries[index].isForeign = true }
        }
        log.error("a journal of another version of Harken was not changed; start that version once to finish its sessions", [.path: path])
    }
}
