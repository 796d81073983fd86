import Dispatch
import Observability
import Store
import Synchronization

/// Measures the gateway's disks and the parts of its data, notes the result for the gateway's other parts, and logs when room gets short.
final class StorageWatch: Sendable {
    /// Interval at which the disks are measured.
    static let interval: Duration = .seconds(15)
    /// Number of measurements of the disks between two measurements of the parts.
    static let roundsPerSizing = 240

    let status = StorageStatus()
    private let meter: StorageMeter
    private let log: Log
    /// The levels of the disks, by path.
    private let watches = Mutex<[String: DiskWatch]>([:])
    /// Queue on which disks are measured, because a disk may not answer for long.
    private let diskQueue = DispatchQueue(label: "harken.disks", qos: .utility)
    /// Queue on which the parts are measured: a million files on a shared disk take minutes.
    private let partQueue = DispatchQueue(label: "harken.parts", qos: .utility)

    init(_ meter: StorageMeter, log: Log) {
        self.meter = meter
        self.log = log
    }

    /// Measures until the task is cancelled.
    func run() async {
        var rounds = 0
        repeat {
            if await measureDisks() || rounds % Self.roundsPerSizing == 0 { Task { await measureParts() } }
            rounds += 1
        } while (try? await Task.sleep(for: Self.interval)) != nil
    }

    /// Measures the disks and notes the result, but logs nothing: for a start, which must not wait for the sizes of the parts.
    func begin() async {
        status.note(await Self.run(on: diskQueue) { [meter] in meter.disks() }.map { .init($0, level: DiskLevel(of: $0.space)) })
    }

    /// Measures the disks, and logs when one of them has become worse, or has room again.
    ///
    /// - Returns: true if a disk has become worse: then the parts may have grown since they were measured.
    func measureDisks() async -> Bool {
        let measured = await Self.run(on: diskQueue) { [meter] in meter.disks() }
        let (disks, changes) = watches.withLock { watches in
            var disks: [StorageReport.Disk] = [], changes: [(StorageReport.Disk, DiskWatch.Change)] = []
            for found in measured {
                let change = watches[found.path, default: DiskWatch()].measured(found.space)
                let disk = StorageReport.Disk(found, level: watches[found.path]?.level ?? .ok)
                disks.append(disk)
                if let change { changes.append((disk, change)) }
            }
            return (disks, changes)
        }
        status.note(disks)
        for (disk, change) in changes { log(change, of: disk) }
        return changes.contains { $0.1 != .relieved }
    }

    /// Measures the parts of the data.
    func measureParts() async {
        let (parts, databaseFree) = await Self.run(on: partQueue) { [meter] in meter.parts() }
        status.note(parts, databaseFree: databaseFree)
    }

    private func log(_ change: DiskWatch.Change, of disk: StorageReport.Disk) {
        let free = ByteText.short(disk.space.free), total = ByteText.short(disk.space.total), parts = status.report.readableParts
        switch change {
        case .worse(.critical):
            log.error(
                "the disk is nearly full: soon nothing can be stored; delete data, or make the disk larger",
                [.path: disk.path, .free: free, .size: total, .parts: parts])
        case .worse:
            log.warning("the disk fills up", [.path: disk.path, .free: free, .size: total, .parts: parts])
        case .relieved:
            log.info("the disk has room again", [.path: disk.path, .free: free, .size: total])
        }
    }

    private static func run<Value: Sendable>(on queue: DispatchQueue, _ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in queue.async { continuation.resume(returning: body()) } }
    }
}
