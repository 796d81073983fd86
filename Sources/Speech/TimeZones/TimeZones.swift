internal import Synchronization

/// The time zones that are known here, by name, and the zone of users who have chosen none.
///
/// The zones' files are read by a function from outside, each once.
package final class TimeZones: Sendable {
    /// The zone of users who have chosen none.
    package let standard: TimeZoneRules
    private let read: @Sendable (TimeZoneName) -> TimeZoneRules?
    private let known: Mutex<[TimeZoneName: TimeZoneRules]>

    /// - Parameters:
    ///   - known: zones that need not be read.
    ///   - read: returns a zone's rules; nil when there is no such zone. May block for the time of reading a small file.
    package init(
        standard: TimeZoneRules = .utc, known: [TimeZoneRules] = [], read: @escaping @Sendable (TimeZoneName) -> TimeZoneRules? = { _ in nil }
    ) {
        self.standard = standard
        self.read = read
        self.known = Mutex(Dictionary((known + [standard]).map { ($0.name, $0) }) { first, _ in first })
    }

    /// Returns a zone's rules; nil when there is no such zone.
    package subscript(name: TimeZoneName) -> TimeZoneRules? {
        if let utc = TimeZoneRules.utc(named: name) { return utc }
        if let rules = known.withLock({ $0[name] }) { return rules }
        guard let rules = read(name) else { return nil }
        known.withLock { $0[name] = rules }
        return rules
    }

    /// Returns the zone of a user who has chosen `name`; the standard zone when the user has chosen none, or there is no such zone any more.
    package func zone(of name: TimeZoneName?) -> TimeZoneRules { name.flatMap { self[$0] } ?? standard }
}
