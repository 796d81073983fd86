/// The state of a file system, judged by its free bytes.
package enum DiskLevel: String, Sendable, Comparable {
    case ok
    /// There is room for some days only: somebody should look after it.
    case low
    /// The disk is about to be full, and changes will fail.
    case critical

    /// Free bytes below which a disk is low although a large share of it is free.
    private static let minLowBytes = 1_000_000_000
    /// Free bytes below which a disk is critical although a large share of it is free.
    package static let minCriticalBytes = 200_000_000
    /// Free bytes from which a disk is not low, or not critical, although a small share of it is free.
    private static let maxLowBytes = 50_000_000_000, maxCriticalBytes = 2_000_000_000

    package init(of space: DiskSpace) {
        self = space.free < Self.limit(.critical, of: space) ? .critical : space.free < Self.limit(.low, of: space) ? .low : .ok
    }

    /// Returns the free bytes below which a file system has this level; 0 for `ok`.
    static func limit(_ level: Self, of space: DiskSpace) -> Int {
        switch level {
        case .ok: 0
        // A small disk is not low while most of it is free.
        case .low: max(min(minLowBytes, space.total / 4), min(space.total / 10, maxLowBytes))
        case .critical: max(min(minCriticalBytes, space.total / 10), min(space.total / 50, maxCriticalBytes))
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
