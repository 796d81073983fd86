package import Speech

/// Limits the rate of requests. Each user and policy has one counter, in windows that begin with the first request.
package struct RateLimiter: Sendable {
    package struct Policy: Sendable, Hashable {
        package var name: String
        package var limit: Int
        package var window: Duration

        package init(_ name: String, limit: Int, window: Duration = .seconds(3_600)) {
            self.name = name
            self.limit = limit
            self.window = window
        }
    }

    /// The operator's settings for the limits.
    package struct Settings: Sendable, Equatable {
        /// Factor for all limits; at least one request is always allowed.
        package var boost: Double
        /// Names of policies to which the factor does not apply.
        package var exempt: Set<String>
        /// True if limits are only observed, and nobody is rejected.
        package var isShadow: Bool

        package init(boost: Double = 1, exempt: Set<String> = [], isShadow: Bool = false) {
            self.boost = boost
            self.exempt = exempt
            self.isShadow = isShadow
        }
    }

    private struct Key: Hashable {
        var user: ID<User>
        var policy: String
    }

    private struct Window {
        var began: Instant
        var count: Int
        var length: Duration
    }

    package let settings: Settings
    private var windows: [Key: Window] = [:]
    /// Number of counters above which expired counters are removed.
    private var maxIdle = 1_000

    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package func limit(of policy: Policy) -> Int {
        settings.exempt.contains(policy.name) ? policy.limit : max(1, Int((Double(policy.limit) * settings.boost).rounded(.down)))
    }

    /// Counts a request.
    ///
    /// - Returns: nil when the request is allowed, otherwise the time to wait before the next one.
    package mutating func take(_ policy: Policy, by user: ID<User>, now: Instant) -> Duration? {
        sweep(now)
        let key = Key(user: user, policy: policy.name)
        var window = windows[key] ?? Window(began: now, count: 0, length: policy.window)
        if now >= window.began + window.length { window = Window(began: now, count: 0, length: policy.window) }
        let isOver = window.count >= limit(of: policy)
        if !isOver { window.count += 1 }
        windows[key] = window
        return isOver && !settings.isShadow ? window.began + window.length - now : nil
    }

    private mutating func sweep(_ now: Instant) {
        guard windows.count > maxIdle else { return }
        windows = windows.filter { now < $0.value.began + $0.value.length }
        maxIdle = max(1_000, windows.count * 2)
    }
}
