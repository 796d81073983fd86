/// The state of a file system, judged by its free bytes.
package enum DiskLevel: String, Sendable, Comparable {
    case ok
    /// There is room for some days only: somebody should look after it.
    case low
    /// The disk is about to be full, and changes will fail.
    case critical

    /// Free bytes below which a disk is low: whatever its size.
    package static let lowBytes = 1_000_000_000
    /// Free bytes below which a disk is critical: whatever its size.
    package static let criticalBytes = 200_000_000

    /// The most free bytes that count as little, however large the disk is: 10 % of a disk of many terabytes is plenty.
    private static let maxLowBytes = 50_000_000_000, maxCriticalBytes = 10_000_000_000

    package init(of space: DiskSpace) {
        self = space.free < Self.limit(.critical, of: space) ? .critical : space.free < Self.limit(.low, of: space) ? .low : .ok
    }

    /// Returns the free bytes below which a file system has this level; 0 for `ok`.
    static func limit(_ level: Self, of space: DiskSpace) -> Int {
        switch level {
        case .ok: 0
        case .low: max(lowBytes, min(space.total / 10, maxLowBytes))
        case .critical: max(criticalBytes, min(space.total / 50, maxCriticalBytes))
        }
    }

    package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .ok: 0
        case .low: 1
        case .critical: 2
        }
    }
}
