internal import Framing
package import Net
package import Observability
internal import Protocols
internal import Speech
internal import Synchronization

/// Delays the rejections of wrong credentials, by their clients' addresses. May be used from any thread.
package final class WrongCredentials: Sendable {
    private let throttle: Mutex<CredentialThrottle>
    private let metrics: Metrics

    package init(limits: CredentialThrottle.Limits, metrics: Metrics) {
        throttle = Mutex(CredentialThrottle(limits: limits))
        self.metrics = metrics
    }

    /// Calls either function on the loop: `answer` now or after a wait, or `turnAway` when too many rejections wait already.
    package func rejected(_ ip: IPAddress, on loop: Loop, answer: @escaping () -> Void, turnAway: (Duration) -> Void) {
        switch throttle.withLock({ $0.rejected(ip, now: loop.now) }) {
        case .answer:
            metrics.wrongCredential(.answered)
            answer()
        case .wait(let duration, let address):
            metrics.wrongCredential(.delayed)
            // The timer keeps the client's connection, which may be closed by then.
            _ = loop.schedule(at: loop.now + duration) { [self] in
                throttle.withLock { $0.waited(address) }
                answer()
            }
        case .turnAway(let wait):
            metrics.wrongCredential(.turnedAway)
            turnAway(wait)
        }
    }
}
