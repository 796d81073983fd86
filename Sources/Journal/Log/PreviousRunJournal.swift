internal import Continuity
internal import FoundationEssentials
internal import Glibc
package import Observability
package import Speech
internal import Synchronization

/// The segments that earlier runs left. They stay until their unfinished sessions are recovered, or until the journal needs their room.
///
/// Segments of a process that still lives are not among them: `collect` takes these when that process has ended.
package final class PreviousRunJournal: Sendable {
    private struct Entry {
        var name: String
        var loop: Int
        var number: UInt32
        var bytes: Int
        /// True if a newer version wrote the segment, so that it is never changed.
        var isForeign = false
        /// True if `unfinishedSessions` has read the segment.
        var isRead = false
    }

    private let directory: String
    private let log: Log
    /// This process's part of the directory.
    private let run: JournalRun
    /// Entries in order of loop and number.
    private let entries = Mutex<[Entry]>([])
    /// True if everything that was committed in the segments is stored elsewhere.
    private let isStored = Mutex(false)
    /// Numbers of this run's logs.
    private let loops = Mutex<Set<Int>>([])
    /// True if an erasure has left blocks of sessions that have not ended.
    private let hasUnended = Mutex(false)

    private struct Runs {
        /// Parts of processes that have ended, which this process holds while they have segments.
        var ended: [JournalRun] = []
        /// Parts of processes that still live, or that were not looked for yet.
        var living: Set<Int> = []
    }

    private let runs: Mutex<Runs>

    /// Finds the segments of processes that have ended. Must be made before any log of this run.
    init(directory: String, run: JournalRun, log: Log) throws(JournalError) {
        self.directory = directory
        self.run = run
        self.log = log
        var others = Set(try Self.names(in: directory).compactMap(JournalRun.number(ofFile:)))
        others.remove(run.number)
        runs = Mutex(Runs(living: others))
        try takeLogs(of: run.number)
        _ = try collect()
    }

    /// Takes the segments of processes that have ended, for a command that erases from them. The command has no logs, and calls `giveBack` at the end.
    package convenience init(in directory: String, log: Log) throws(JournalError) {
        try self.init(directory: directory, run: JournalRun.claimLowest(in: directory), log: log)
    }

    /// Returns the names of the directory's files. A directory that cannot be read is not taken for an empty one: its segments would be forgotten.
    private static func names(in directory: String) throws(JournalError) -> [String] {
        do { return try FileManager.default.contentsOfDirectory(atPath: directory) } catch {
            throw .cannotRead(path: directory, reason: "\(error)")
        }
    }

    // MARK: - Processes that share the directory

    /// True if a process that began before this one still lives. Its sessions go on, so its logs are left alone.
    package var hasLivingRuns: Bool { runs.withLock { !$0.living.isEmpty } }

    /// True if there are segments that `unfinishedSessions` has not read.
    package var hasUnread: Bool { entries.withLock { $0.contains { !$0.isRead } } }

    /// Takes the logs of the processes that have ended since the last call.
    ///
    /// - Returns: true if a process has ended.
    package func collect() throws(JournalError) -> Bool {
        var hasFound = false
        for number in runs.withLock({ $0.living.sorted() }) {
            guard let ended = try JournalRun.claim(number, in: directory) else { continue }
            try takeLogs(of: number)
            runs.withLock { runs in
                runs.living.remove(number)
                runs.ended.append(ended)
            }
            hasFound = true
        }
        releaseEmptyRuns()
        return hasFound
    }

    /// Completes the segments of a process that was killed from its rings, and adds all its segments.
    private func takeLogs(of number: Int) throws(JournalError) {
        for name in try Self.names(in: directory) where name.hasSuffix(JournalWriter.ringSuffix) && JournalRun.number(ofFile: name) == number {
            guard let loop = Int(name.dropLast(JournalWriter.ringSuffix.count)) else { continue }
            let path = "\(directory)/\(name)"
            let damage = try JournalMemory.recover(path) { "\(directory)/\(JournalSegment.name(loop: loop, number: $0))" }
            if let damage { try Self.setAside(path, damage, log) }
        }
        let names = try Self.names(in: directory).filter { JournalRun.number(ofFile: $0) == number || isNewCheckpoint($0, of: number) }
        let found = names.compactMap(entry(of:))
        isStored.withLock { $0 = false }
        entries.withLock { $0 = ($0 + found).sorted { ($0.loop, $0.number) < ($1.loop, $1.number) } }
    }

    private func isNewCheckpoint(_ name: String, of number: Int) -> Bool {
        JournalSegment.parse(name, suffix: JournalCheckpoint.newSuffix).map { JournalRun.number(ofLog: $0.loop) } == number
    }

    /// Returns the entry of a file; nil when the file has nothing, and is deleted.
    private func entry(of name: String) -> Entry? {
        let path = "\(directory)/\(name)"
        let remains = JournalSegment.parse(name, suffix: JournalCheckpoint.suffix)
        let isNeedless = remains.map { access("\(directory)/\(JournalSegment.name(loop: $0.loop, number: $0.number))", F_OK) == 0 }
        // A segment that still exists has everything that is in its checkpoint.
        if isNeedless ?? name.hasSuffix(JournalCheckpoint.newSuffix) {
            unlink(path)
            return nil
        }
        guard let (loop, number) = remains ?? JournalSegment.parse(name) else { return nil }
        var status = stat()
        guard lstat(path, &status) == 0 else {
            // A file whose size is not known is not taken for an empty one. Its reader says why.
            return errno == ENOENT ? nil : Entry(name: name, loop: loop, number: number, bytes: 0)
        }
        guard status.st_size > 0 else {
            unlink(path)
            return nil
        }
        return Entry(name: name, loop: loop, number: number, bytes: Int(status.st_size))
    }

    /// Renames a damaged ring, so that it does not prevent the start and can be examined later.
    private static func setAside(_ path: String, _ damage: String, _ log: Log) throws(JournalError) {
        var aside = path + JournalWriter.damagedSuffix, number = 1
        while access(aside, F_OK) == 0 {
            number += 1
            aside = "\(path)\(JournalWriter.damagedSuffix)-\(number)"
        }
        guard rename(path, aside) == 0 else { throw .cannotWrite(path: path, reason: String(cString: strerror(errno))) }
        log.error(
            "a journal ring is damaged and was set aside: the last seconds of the earlier run's sessions may be missing; the file may be deleted",
            [.path: aside, .error: damage])
    }

    /// Gives up the parts of ended processes that have no segments any more, so that later processes get these numbers.
    private func releaseEmptyRuns() {
        let needed = entries.withLock { Set($0.map { JournalRun.number(ofLog: $0.loop) }) }
        let empty = runs.withLock { runs in
            defer { runs.ended.removeAll { !needed.contains($0.number) } }
            return runs.ended.filter { !needed.contains($0.number) }
        }
        for run in empty { run.remove() }
    }

    /// Leaves all segments to the next gateway. Nothing is done with them afterwards.
    package func giveBack() {
        let ended = runs.withLock { runs in
            defer { runs.ended = [] }
            return runs.ended
        }
        // The segments stay. A lock file has nothing in it, and may have another owner than the gateway's.
        for part in ended + [run] { part.remove() }
    }

    // MARK: - Logs of this run

    /// Registers a log of this run. Segments of an earlier run's log with the same number count against its limit.
    ///
    /// - Returns: the first number for its segments.
    func claim(_ loop: Int) -> UInt32 {
        loops.withLock { _ = $0.insert(loop) }
        return entries.withLock { entries in (entries.last { $0.loop == loop }?.number).map { $0 + 1 } ?? 0 }
    }

    /// Returns true if the segment counts against the loop's limit. Segments of loops that do not exist in this run count against its first loop.
    private func isCharged(_ entry: Entry, to loop: Int, _ loops: Set<Int>) -> Bool {
        entry.loop == loop || (loop == run.log(ofLoop: 0) && !loops.contains(entry.loop))
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
        releaseEmptyRuns()
        return entry.bytes
    }

    /// Deletes a segment that is not needed any more.
    package func remove(_ file: JournalFile) {
        let wasThere = entries.withLock { entries -> Bool in
            guard let index = entries.firstIndex(where: { "\(directory)/\($0.name)" == file.path }) else { return false }
            entries.remove(at: index)
            return true
        }
        guard wasThere else { return }
        unlink(file.path)
        releaseEmptyRuns()
    }

    /// Reads all segments that were not read before. Blocks the thread, for about a second for some hundred megabytes.
    package func unfinishedSessions() -> JournalFindings {
        let entries = entries.withLock { entries in
            defer { for index in entries.indices { entries[index].isRead = true } }
            return entries.filter { !$0.isRead }
        }
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

    /// True if `erase` has left blocks of sessions that have not ended. The start that completes these sessions leaves out what is forgotten of them.
    package var leavesUnended: Bool { hasUnended.withLock { $0 } }

    /// Erases the blocks of `sessions` in the segments: of sessions that have ended, and of those in `whole` in any case. Blocks the thread.
    ///
    /// - Returns: false when blocks could not be erased; the reason is in the log.
    package func erase(_ sessions: Set<ID<Session>>, whole: Set<ID<Session>>) -> Bool {
        var isComplete = true
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
                if !numbers.isSubset(of: gone) { hasUnended.withLock { $0 = true } }
                let over = numbers.intersection(gone)
                guard !over.isEmpty else { continue }
                for file in files { try JournalErasing.erase(over, in: file) }
            } catch {
                log.error("deleted speech is still in a journal of an earlier run", [.error: "\(error)"])
                isComplete = false
            }
        }
        return isComplete
    }

    private func keepForeign(_ loop: Int, _ number: UInt32, _ path: String) {
        entries.withLock { entries in
            if let index = entries.firstIndex(where: { $0.loop == loop && $0.number == number }) { entries[index].isForeign = true }
        }
        log.error("a journal of another version of Harken was not changed; start that version once to finish its sessions", [.path: path])
    }
}
