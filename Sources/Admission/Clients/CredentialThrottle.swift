package import Net
package import Speech

/// A throttle for wrong credentials: the first few of an address in a minute are rejected at once, later rejections wait.
///
/// Only rejections wait. A right credential is never slowed, whatever its address did before.
package struct CredentialThrottle: Sendable {
    package struct Limits: Sendable {
        /// Number of wrong credentials of an address, in one window, that are rejected at once.
        package var free: Int
        package var window: Duration
        /// Time that each further rejection waits; zero when no rejection waits.
        package var delay: Duration
        /// Maximum number of waiting rejections for one address.
        package var waitingPerAddress: Int
        /// Maximum number of waiting rejections for all addresses together.
        package var waiting: Int
        /// Maximum number of addresses that are counted separately; all others count as one.
        package var addresses: Int

        package init(
            free: Int = 10, window: Duration = .seconds(60), delay: Duration = .seconds(1), waitingPerAddress: Int = 8, waiting: Int = 1_024,
            addresses: Int = 4_096
        ) {
            self.free = free
            self.window = window
            self.delay = delay
            self.waitingPerAddress = waitingPerAddress
            self.waiting = waiting
            self.addresses = addresses
        }
    }

    package enum Verdict: Sendable, Equatable {
        case answer
        /// The rejection waits. The caller must call `waited` afterwards, with the same address.
        case wait(Duration, AddressBlock?)
        /// Too many rejections wait already.
        case turnAway(retryAfter: Duration)
    }

    private struct Entry {
        var start: Instant
        var count = 0
        var waiting = 0
    }

    private let limits: Limits
    private var entries: [AddressBlock?: Entry] = [:]
    private var waiting = 0
    private var lastSweep: Instant?

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// Notes a wrong credential from an address, and returns the verdict.
    package mutating func rejected(_ ip: IPAddress, now: Instant) -> Verdict {
        guard limits.delay > .zero else { return .answer }
        let key = key(of: ip, now: now)
        var entry = entries[key] ?? Entry(start: now)
        if entry.start + limits.window <= now { (entry.start, entry.count) = (now, 0) }
        defer { entries[key] = entry }
        entry.count += 1
        guard entry.count > limits.free else { return .answer }
        guard entry.waiting < limits.waitingPerAddress, waiting < limits.waiting else {
            return .turnAway(retryAfter: now.duration(to: entry.start + limits.window))
        }
        entry.waiting += 1
        waiting += 1
        return .wait(limits.delay, key)
    }

    /// Notes that a rejection's wait is over.
    package mutating func waited(_ address: AddressBlock?) {
        waiting = max(0, waiting - 1)
        guard var entry = entries[address] else { return }
        entry.waiting = max(0, entry.waiting - 1)
        entries[address] = entry
    }

    private mutating func key(of ip: IPAddress, now: Instant) -> AddressBlock? {
        let key = AddressBlock(ip)
        guard entries[key] == nil, entries.count >= limits.addresses else { return key }
        // Old entries are removed once a second at most, however many addresses come.
        guard lastSweep.map({ $0 + .seconds(1) <= now }) ?? true else { return nil }
        lastSweep = now
        entries = entries.filter { $0.value.waiting > 0 || $0.value.start + limits.window > now }
        return entries.count < limits.addresses ? key : nil
    }
}
