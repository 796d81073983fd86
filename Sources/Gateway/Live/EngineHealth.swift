internal import Continuity
internal import Speech
internal import Synchronization

/// The health of the operator's engines, shared by all live sessions: the second one to meet an outage does not pay the first one's time-out.
final class EngineHealth: Sendable {
    private struct Patron { weak var gateway: GatewayService? }

    private let breakers = Mutex<[EngineName: Breaker]>([:])
    /// Tries engines, and tells its sessions.
    private let patron = Mutex(Patron())
    private let clock = ContinuousClock()

    func serve(_ gateway: GatewayService) { patron.withLock { $0.gateway = gateway } }

    private var gateway: GatewayService? { patron.withLock { $0.gateway } }

    /// Engines that are left alone now.
    var unavailable: Set<EngineName> {
        breakers.withLock { breakers in Set(breakers.filter { !$0.value.isAvailable }.keys) }
    }

    /// A session's stream is over, or has failed. That it was silent says nothing yet: noise may have been all that it was sent.
    func ran(_ run: RecognitionRun) {
        if run.kind == .stream, run.outcome != .stalled, let error = run.error { failed(run.engine, error) }
    }

    /// An engine is known to be at fault.
    func failed(_ engine: EngineName, _ error: EngineError) {
        let now = clock.now
        let (wasAvailable, deadline) = breakers.withLock { breakers -> (Bool, Instant?) in
            var breaker = breakers[engine] ?? Breaker()
            let wasAvailable = breaker.isAvailable
            breaker.failed(error, now: now, chance: .random(in: 0...1))
            breakers[engine] = breaker
            return (wasAvailable, breaker.deadline)
        }
        guard wasAvailable, deadline != nil else { return }
        gateway?.tell(engine, isAvailable: false)
        // Ends with the engine's return; one for each engine at most.
        Task.detached { [weak self] in await self?.watch(engine) }
    }

    private func watch(_ engine: EngineName) async {
        while let deadline = breakers.withLock({ $0[engine]?.deadline }) {
            guard (try? await clock.sleep(until: deadline)) != nil else { return }
            let isTried = breakers.withLock { $0[engine]?.wake(now: clock.now) ?? false }
            guard isTried else { continue }
            guard let gateway else { return }
            let error = await gateway.probe(engine)
            breakers.withLock { breakers in
                if let error {
                    breakers[engine]?.failed(error, now: clock.now, chance: .random(in: 0...1))
                    // What is wrong with the probe is not wrong with the engine.
                    if breakers[engine]?.deadline == nil { breakers[engine]?.succeeded(now: clock.now) }
                } else {
                    breakers[engine]?.succeeded(now: clock.now)
                }
            }
        }
        gateway?.tell(engine, isAvailable: true)
    }
}
