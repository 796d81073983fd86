import Continuity

/// Rules by which the connection of a stream is opened, and opened again when it breaks.
public struct ConnectionOptions: Sendable, Equatable {
    /// Number of times that engines that have failed are tried again before the stream ends with their error, 0 to 1,000. A connection that breaks behind
    /// words of its engine is opened again at once, and that is not counted, unless the number is 0.
    public var retries = 3
    /// Time before each retry, 0 to 1 hour.
    public var interval: Duration = .seconds(2)
    /// Maximum time that a connection may take to open, 0.1 to 600 s. While another engine can be tried it is at most 1.5 s.
    public var timeout: Duration = .seconds(10)

    /// The defaults: three retries, 2 s apart, and 10 s to open.
    public init(retries: Int = 3, interval: Duration = .seconds(2), timeout: Duration = .seconds(10)) {
        self.retries = retries
        self.interval = interval
        self.timeout = timeout
    }

    var rule: FailoverPolicy.Rule {
        FailoverPolicy.Rule(retries: min(max(retries, 0), 1_000), delay: min(max(interval, .zero), .seconds(3_600)))
    }

    var openTime: Duration { min(max(timeout, .milliseconds(100)), .seconds(600)) }

    /// Maximum time that a vendor's engine may say nothing once it was told that no more audio comes. Each word and each end of a turn begins the time
    /// anew. Then the stream ends with what is there, and with an error. The engines of this process and of a gateway have no such limit: they may be
    /// late on a busy machine, and the connection to a gateway shows by itself that it is alive.
    static let endTime: Duration = .milliseconds(5_500)
}
