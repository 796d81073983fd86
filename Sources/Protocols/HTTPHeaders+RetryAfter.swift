package import Framing

extension HTTPHeaders {
    /// The wait that a vendor asks for with `Retry-After`, 0…1 h; nil without such a header, and for a date or anything else but whole seconds.
    package var retryAfter: Duration? {
        self["Retry-After"].flatMap { Int64($0) }.map { .seconds(min(max($0, 0), 3_600)) }
    }

    /// Tells the client when it may try again: `Retry-After` in whole seconds, rounded up and at least 1.
    ///
    /// - Parameter wait: nil when nobody knows it, and then no header is sent.
    package mutating func setRetryAfter(_ wait: Duration?) { set("Retry-After", wait.map { "\($0.retrySeconds)" }) }
}
