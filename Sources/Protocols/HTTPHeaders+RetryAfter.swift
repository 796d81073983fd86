package import Framing

extension HTTPHeaders {
    /// Tells the client when it may try again: `Retry-After` in whole seconds, rounded up and at least 1.
    ///
    /// - Parameter wait: nil when nobody knows it, and then no header is sent.
    package mutating func setRetryAfter(_ wait: Duration?) { set("Retry-After", wait.map { "\($0.retrySeconds)" }) }
}
