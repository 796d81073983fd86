package import Net
package import Speech

/// Slows down who shows wrong credentials: the first few of an address in a minute are refused at once, the others wait.
///
/// Only refusals wait. A right credential is never slowed, whatever its address did before.
package struct CredentialThrottle: Sendable {
    package struct Limits: Sendable {
        /// Wrong credentials of an address in a window that are refused at once.
        package var free: Int
        package var window: Duration
        /// Time that each further refusal waits; zero: no refusal waits.
        package var delay: Duration
        /// Refusals of one address that may wait at a time.
        package var waitingPerAddress: Int
        /// Refusals that may wait in all.
        package var waiting: Int
        /// Addresses that are told apart; all others count as one.
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
        /// `waited` must follow, with the same address.
        case wait(Duration, AddressBlock?)
        /// Too many refusals wait already.
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

    /// Somebody has shown a wrong credential.
    package mutating func refused(_ ip: IPAddress, now: Instant) -> Verdict {
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

    /// A refusal's wait is over.
    package mutating func waited(_ address: AddressBlock?) {
        waiting = max(0, waiting - 1)
        guard var entry = entries[address] else { return }
        entry.waiting = max(0, entry.waiting - 1)
        entries[address] = entry
    }

    private mutating func key(of ip: IPAddress, now: Instant) -> AddressBlock? {
        let key = AddressBlock(ip)
        guard entries[key] == nil, entries.count >= limits.addresses else { return key }
        // Not at each of many addresses.
        guard lastSweep.map({ $0 + .seconds(1) <= now }) ?? true else { return nil }
        lastSweep = now
        entries = entries.filter { $0.value.waiting > 0 || $0.value.start + limits.window > now }
        return entries.count < limits.addresses ? key : nil
    }
}
