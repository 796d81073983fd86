package import Speech

/// The time for which a webhook's receiver has taken nothing. The gateway switches a webhook off by this time, not by a number of failures.
package struct WebhookOutage: Sendable, Equatable {
    /// Time without any success after which the gateway switches a webhook off.
    package static let patience: Duration = .seconds(86_400)
    /// Time without an attempt after which a failure begins another outage: nobody knows how the receiver was meanwhile. Longer than the longest
    /// wait between two attempts.
    private static let memory: Duration = .seconds(7_200)

    /// Time of the first failed attempt.
    package private(set) var since: UnixTime
    /// Time of the last failed attempt.
    package private(set) var last: UnixTime

    /// An outage that begins with a failed attempt.
    package init(_ now: UnixTime) { (since, last) = (now, now) }

    /// Reads `stored`; nil when the text is not one.
    package init?(stored text: String) {
        let times = text.split(separator: " ").map { UnixTime(rfc3339: String($0)) }
        guard times.count == 2, let since = times[0], let last = times[1] else { return nil }
        (self.since, self.last) = (since, last)
    }

    /// The outage as a setting of the user has it.
    package var stored: String { since.rfc3339 + " " + last.rfc3339 }

    /// Notes another failed attempt.
    package mutating func failed(_ now: UnixTime) {
        if now - last > Self.memory { since = now }
        last = now
    }

    /// Returns true if the webhook is to be switched off after a failed attempt.
    ///
    /// - Parameter othersFollow: true if the failed delivery was given up and others wait behind it. One of them is tried first, because the receiver
    ///   may fail at that one delivery only.
    package func isOver(othersFollow: Bool) -> Bool { last - since >= Self.patience && !othersFollow }
}
