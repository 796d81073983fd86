/// The level of one file system over time. A level gets worse at once, and better only when there is a fifth more room than its limit, so that a disk
/// whose free bytes go up and down around a limit does not change its level each time.
package struct DiskWatch: Sendable, Equatable {
    package enum Change: Sendable, Equatable {
        /// The disk is at a worse level than before.
        case worse(DiskLevel)
        /// There is enough room again.
        case relieved
    }

    package private(set) var level = DiskLevel.ok

    package init() {}

    /// Notes a measurement.
    ///
    /// - Returns: nil when there is nothing to tell. A disk that goes from critical to low is still short of room, so this is not told.
    package mutating func measured(_ space: DiskSpace) -> Change? {
        let before = level, now = DiskLevel(of: space)
        if now >= before {
            level = now
            return now > before ? .worse(now) : nil
        }
        while level > now, space.free >= Self.relief(of: level, space) { level = level == .critical ? .low : .ok }
        return level == .ok ? .relieved : nil
    }

    /// Returns the free bytes from which a file system leaves a level.
    private static func relief(of level: DiskLevel, _ space: DiskSpace) -> Int {
        let limit = DiskLevel.limit(level, of: space)
        return limit + limit / 5
    }
}
