internal import Net
internal import Speech

/// Decides which refused requests get a line in the log: the first of each address, then a count once a minute.
struct RefusalSampler: Sendable {
    struct Limits: Sendable {
        /// Lines of one address in a window.
        var lines = 10
        var window: Duration = .seconds(60)
        /// Addresses that are told apart; all others are counted together.
        var addresses = 4_096
    }

    /// Refusals of an address that got no line of their own.
    struct Summary: Sendable, Equatable {
        /// nil: of addresses that are not told apart.
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

    /// - Returns: whether this refusal gets a line.
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

    /// Summaries of windows that are over. An address that goes on being refused gets no other lines until it was quiet for a window.
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
