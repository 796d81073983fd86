import Speech
internal import Dispatch
internal import Glibc
internal import Net
package import Observability
internal import Synchronization

/// Writes the logs' pages to the disk, on a separate thread, because a loop must not wait for a disk.
///
/// Full pages are written to their files at once. Once in each interval, the rest is written and everything is synced. A sync begins before the
/// interval's end, by the time that the last syncs took, so that a power cut loses at most the audio of one interval. If the disk is slower, one sync
/// follows the other, and `report` gives the time for which bytes waited.
package final class JournalWriter: Sendable {
    private let queue = DispatchQueue(label: "harken.journal", qos: .utility)
    private let sync: SyncPolicy
    private let log: Log
    private let disk: DiskSync
    private let isFailing = Atomic<Bool>(false)
    private let isSyncFailing = Atomic<Bool>(false)
    private let isReducingFailing = Atomic<Bool>(false)
    /// Queue that reads whole segments, so that no sync waits for that.
    private let reductions = DispatchQueue(label: "harken.journal.limit", qos: .utility)
    private let syncFailed: @Sendable () -> Void
    private let report: @Sendable (Duration) -> Void
    /// Nanoseconds by which the latest syncs ended after their planned start: a maximum that fades. Initially a guess.
    private let delay: Atomic<Int64>
    /// This process's part of the directory.
    let run: JournalRun
    /// The segments that earlier runs left.
    package let earlier: PreviousRunJournal

    /// Makes the directory, claims a part of it, and completes the segments of processes that were killed, from their rings.
    ///
    /// - Parameters:
    ///   - report: called for each sync, on the writer's thread, with the age of the oldest bytes that the sync brought to the disk.
    ///   - syncFailed: called for each sync that failed, on any thread.
    package init(
        directory: String, sync: SyncPolicy = .standard, disk: DiskSync = .system, log: Log,
        report: @escaping @Sendable (Duration) -> Void = { _ in }, syncFailed: @escaping @Sendable () -> Void = {}
    ) throws(JournalError) {
        self.sync = sync
        self.disk = disk
        self.report = report
        self.syncFailed = syncFailed
        delay = Atomic(Int64(sync.interval / 5 / .nanoseconds(1)))
        self.log = log
        do throws(SystemError) { try makeFolder(directory) } catch {
            throw .cannotCreate(path: directory, reason: SystemError.text(of: error.code).lowercased())
        }
        run = try JournalRun.claimLowest(in: directory)
        earlier = try PreviousRunJournal(directory: directory, run: run, log: log)
    }

    /// True if the last write to a segment failed. May be asked on any thread.
    var isRefused: Bool { isFailing.load(ordering: .relaxed) }

    static let ringSuffix = ".ring"
    static let damagedSuffix = ".damaged"

    /// Plans a save, because the segment has bytes that are not in its file. Called for every block.
    func appended(to segment: JournalSegment) {
        if sync == .always { return queue.sync { save(segment, everything: true) } }
        // Either this thread sees that no save is planned any more, or the save that begins sees the bytes.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        guard !segment.isSavePlanned.load(ordering: .relaxed) else { return }
        // Syncs take at most half of the time, as far as the disk allows.
        let early = Duration.nanoseconds(delay.load(ordering: .relaxed))
        plan(segment, after: max(sync.interval - early, sync.interval / 4))
    }

    /// Writes a page of the segment that is full.
    package func filled(_ segment: JournalSegment) {
        queue.async { [self] in save(segment, everything: false) }
    }

    /// Runs work on the writer's thread that would make a loop wait.
    package func prepare(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }

    /// Writes everything to the disk, and waits for it.
    package func finish(_ segments: some Collection<JournalSegment>) {
        queue.sync { for segment in segments { save(segment, everything: true) } }
        reductions.sync {}
    }

    /// Deletes a segment, once its checkpoint is on the disk.
    ///
    /// - Parameter segment: a segment to which no block is appended any more.
    package func reduce(_ segment: JournalSegment, to remains: JournalCheckpoint) {
        queue.async { [self] in
            save(segment, everything: true)
            guard segment.isSaved || remains.isOver.load(ordering: .relaxed) else { return reduceLater(segment, to: remains) }
            reductions.async { [self] in
                do throws(JournalError) {
                    if !remains.isOver.load(ordering: .relaxed), let problem = try remains.make(disk) {
                        log.error("words of live sessions may be missing after a crash: a journal cannot be read", [.error: "\(problem)"])
                    }
                    isReducingFailing.store(false, ordering: .relaxed)
                    segment.delete()
                } catch {
                    if case .cannotSync = error { syncFailed() }
                    // The words are worth more than keeping the limit.
                    if !isReducingFailing.exchange(true, ordering: .relaxed) {
                        log.error("the journal is larger than its limit: committed words cannot be separated from the audio", [.error: "\(error)"])
                    }
                    reduceLater(segment, to: remains)
                }
            }
        }
    }

    private func reduceLater(_ segment: JournalSegment, to remains: JournalCheckpoint) {
        queue.asyncAfter(deadline: .now() + .seconds(5)) { [self] in reduce(segment, to: remains) }
    }

    /// Deletes a checkpoint that no session needs any more.
    package func remove(_ remains: JournalCheckpoint) {
        remains.isOver.store(true, ordering: .relaxed)
        reductions.async { unlink(remains.path) }
    }

    /// Writes all bytes of segments that get no more blocks to their files, and waits for reductions that were begun.
    package func complete(_ segments: [JournalSegment]) async {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                for segment in segments { save(segment, everything: true) }
                // The reductions that were begun before are done by then.
                reductions.async { continuation.resume() }
            }
        }
    }

    private func plan(_ segment: JournalSegment, after delay: Duration) {
        segment.isSavePlanned.store(true, ordering: .relaxed)
        // The bytes appended now are the oldest that the sync will bring to the disk.
        let first = Instant.now
        let (seconds, attoseconds) = delay.components
        queue.asyncAfter(deadline: .now() + .nanoseconds(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000))) { [self] in
            segment.isSavePlanned.store(false, ordering: .relaxed)
            atomicMemoryFence(ordering: .sequentiallyConsistent)
            save(segment, everything: true, since: first, planned: delay)
        }
    }

    /// - Parameters:
    ///   - first: the time when the oldest of the bytes to save was appended.
    ///   - planned: the planned wait before the save.
    private func save(_ segment: JournalSegment, everything: Bool, since first: Instant? = nil, planned: Duration = .zero) {
        do {
            let bytes = try segment.save(everything: everything, to: sync == .never ? nil : disk)
            isFailing.store(false, ordering: .relaxed)
            guard let bytes else { return }
            isSyncFailing.store(false, ordering: .relaxed)
            log.debug("journal synced", [.path: segment.path, .bytes: "\(bytes)"])
            guard let first else { return }
            let window = first.duration(to: Instant.now)
            let late = Int64((window - planned) / .nanoseconds(1))
            delay.store(max(late, delay.load(ordering: .relaxed) * 31 / 32), ordering: .relaxed)
            report(window)
        } catch .cannotSync(let path, let reason) {
            // The kernel has the bytes, so a killed process loses nothing; they are not reported as durable. Logged once, until a sync succeeds.
            syncFailed()
            if !isSyncFailing.exchange(true, ordering: .relaxed) {
                log.error("the journal cannot be synced to the disk; a power cut may lose it", [.path: path, .error: reason])
            }
        } catch {
            // Nothing is lost yet: the bytes stay in the pages, and the write is repeated. Logged once, until a write succeeds.
            if !isFailing.exchange(true, ordering: .relaxed) { log.error("the journal cannot be written to the disk", [.error: "\(error)"]) }
            if everything { plan(segment, after: max(sync.interval, .seconds(1))) }
        }
    }
}
