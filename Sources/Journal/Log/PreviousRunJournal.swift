internal import Continuity
internal import Foundation
internal import Glibc
package import Observability
package import Speech
internal import Synchronization

/// The segments that earlier runs left. They stay until their unfinished sessions are recovered, or until the journal needs their room.
package final class PreviousRunJournal: Sendable {
    private struct Entry {
        var name: String
        var loop: Int
        var number: UInt32
        var bytes: Int
        /// True if a newer version wrote the segment, so that it is never changed.
        var isForeign = false
    }

    private let directory: String
    private let log: Log
    /// Entries in order of loop and number.
    private let entries: Mutex<[Entry]>
    /// True if everything that was committed in the segments is stored elsewhere.
    private let isStored = Mutex(false)
    /// Loops that have a log in this run.
    private let loops = Mutex<Set<Int>>([])

    /// Finds the segments. Must be made before any log of this run.
    package init(directory: String, log: Log) {
        self.directory = directory
        self.log = log
        var found: [Entry] = []
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
            let path = "\(directory)/\(name)"
            let remains = JournalSegment.parse(name, suffix: JournalCheckpoint.suffix)
            let isNeedless = remains.map { access("\(directory)/\(JournalSegment.name(loop: $0.loop, number: $0.number))", F_OK) == 0 }
            // A segment that still exists has everything that is in its checkpoint.
            if isNeedless ?? name.hasSuffix(JournalCheckpoint.newSuffix) {
                unlink(path)
                continue
            }
            guard let (loop, number) = remains ?? JournalSegment.parse(name) else { continue }
            let bytes = ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int) ?? 0
            if bytes == 0 { unlink(path) } else { found.append(Entry(name: name, loop: loop, number: number, bytes: bytes)) }
        }
        entries = Mutex(found.sorted { ($0.loop, $0.number) < ($1.loop, $1.number) })
    }

    /// Registers a log of this run. Segments of an earlier run's log with the same number count against its limit.
    ///
    /// - Returns: the first number for its segments.
    package func claim(_ loop: Int) -> UInt32 {
        loops.withLock { _ = $0.insert(loop) }
        return entries.withLock { entries in (entries.last { $0.loop == loop }?.number).map { $0 + 1 } ?? 0 }
    }

    /// Returns true if the segment counts against the loop's limit. Segments of loops that do not exist in this run count against loop 0.
    private func isCharged(_ entry: Entry, to loop: Int, _ loops: Set<Int>) -> Bool {
        entry.loop == loop || (loop == 0 && !loops.contains(entry.loop))
    }

    /// Marks all commits in the segments as stored elsewhere. From now on the limit may remove the segments.
    package func wasStored() { isStored.withLock { $0 = true } }

    /// Returns the number of bytes that count against the loop's limit; zero until the limit may remove the segments.
    package func bytes(ofLoop loop: Int) -> Int {
        guard isStored.withLock({ $0 }) else { return 0 }
        let loops = loops.withLock { $0 }
        return entries.withLock { $0.reduce(0) { isCharged($1, to: loop, loops) && !$1.isForeign ? $0 + $1.bytes : $0 } }
    }

    /// Removes the oldest segment that counts against the loop's limit.
    ///
    /// - Returns: the segment's length in bytes; nil when there is none.
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

    /// Deletes a segment that is not needed any more.
    package func remove(_ file: JournalFile) {
        let wasThere = entries.withLock { entries -> Bool in
            guard let index = entries.firstIndex(where: { "\(directory)/\($0.name)" == file.path }) else { return false }
            entries.remove(at: index)
            return true
        }
        if wasThere { unlink(file.path) }
    }

    /// Reads all segments. Blocks the thread, for about a second for some hundred megabytes.
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
                // A segment that the limit has removed meanwhile is not reported here; its sessions report their missing audio.
                if access(path, F_OK) == 0 { log.error("a journal of an earlier run cannot be read", [.error: "\(error)"]) }
            }
        }
        for file in findings.finish() { keepForeign(file.loop, file.number, file.path) }
        if findings.nameless.sessions > 0 {
            // An older version wrote a session's record, which names the user, only once.
            log.error(
                "sessions of an earlier run cannot be completed: the journal's limit deleted the record of their users",
                [.count: "\(findings.nameless.sessions)", .audio: "\(findings.nameless.audio / .seconds(1))", .words: "\(findings.nameless.words)"])
        }
        return findings
    }

    /// Erases the blocks of `sessions` in the segments: of sessions that have ended, and of those in `whole` in any case. Blocks the thread.
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
