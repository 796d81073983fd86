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
    /// Queue of the measurements, because a disk may not answer for long.
    private let queue = DispatchQueue(label: "harken.storage", qos: .utility)

    init(_ meter: StorageMeter, log: Log) {
        self.meter = meter
        self.log = log
    }

    /// Measures until the task is cancelled.
    func run() async {
        var rounds = 0
        repeat {
            if rounds % Self.roundsPerSizing == 0 { await weigh() }
            await look()
            rounds += 1
        } while (try? await Task.sleep(for: Self.interval)) != nil
    }

    /// Measures the disks and notes the result, but logs nothing: for a start, which must not wait for the sizes of the parts.
    func begin() async {
        status.note(await onQueue { [meter] in meter.disks() }.map { .init(path: $0.path, space: $0.space, level: DiskLevel(of: $0.space)) })
    }

    /// Measures the disks, and logs when one of them has become worse, or has room again.
    func look() async {
        let measured = await onQueue { [meter] in meter.disks() }
        let (disks, changes) = watches.withLock { watches in
            var disks: [StorageReport.Disk] = [], changes: [(StorageReport.Disk, DiskWatch.Change)] = []
            for (path, space) in measured {
                let change = watches[path, default: DiskWatch()].measured(space)
                let disk = StorageReport.Disk(path: path, space: space, level: watches[path]?.level ?? .ok)
                disks.append(disk)
                if let change { changes.append((disk, change)) }
            }
            return (disks, changes)
        }
        status.note(disks)
        guard !changes.isEmpty else { return }
        // The parts may have grown since they were measured.
        if changes.contains(where: { $0.1 != .relieved }) { await weigh() }
        for (disk, change) in changes { tell(disk, change) }
    }

    /// Measures the parts of the data.
    func weigh() async {
        let (parts, databaseFree) = await onQueue { [meter] in meter.parts() }
        status.note(parts, databaseFree: databaseFree)
    }

    private func tell(_ disk: StorageReport.Disk, _ change: DiskWatch.Change) {
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

    private func onQueue<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in queue.async { continuation.resume(returning: body()) } }
    }
}
