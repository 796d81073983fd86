internal import Net
internal import Speech

/// Decides which rejected requests get a log line: the first requests of each address; the others are reported as a count once a minute.
struct RejectionSampler: Sendable {
    struct Limits: Sendable {
        /// Maximum number of lines for one address in a window.
        var lines = 10
        var window: Duration = .seconds(60)
        /// Maximum number of addresses that are counted separately; all others are counted together.
        var addresses = 4_096
    }

    /// The rejections of an address that got no line of their own.
    struct Summary: Sendable, Equatable {
        /// The address; nil for the addresses that are counted together.
        var address: AddressBlock?
        var count: Int
    }

    private struct Entry {
        var start: Instant
        var lines = 0
        var omitted = 0
    }

    private let limits: Limits
    private var entries: [AddressBlock?: Entry] = [:]

    init(limits: Limits = Limits()) { self.limits = limits }

    /// - Returns: true if this rejection gets a line.
    mutating func note(_ ip: IPAddress, now: Instant) -> Bool {
        var key: AddressBlock? = AddressBlock(ip)
        if entries[key] == nil, entries.count >= limits.addresses { key = nil }
        var entry = entries[key] ?? Entry(start: now)
        defer { entries[key] = entry }
        guard entry.lines < limits.lines else {
            entry.omitted += 1
            return false
        }
        entry.lines += 1
        return true
    }

    /// Returns the summaries of ended windows. An address that continues to be rejected gets no further lines until it had no rejection for a whole
    /// window.
    mutating func summaries(now: Instant) -> [Summary] {
        var summaries: [Summary] = []
        for (key, entry) in entries where entry.start + limits.window <= now {
            if entry.omitted > 0 {
                summaries.append(Summary(address: key, count: entry.omitted))
                entries[key] = Entry(start: now, lines: limits.lines)
            } else {
                entries[key] = nil
            }
        }
        return summaries
    }
}
