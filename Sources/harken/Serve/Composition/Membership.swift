import Admission
import Gateway
import Live
import Observability
import Recordings
import Store
import Usage

/// The membership of this gateway among those that use one database: tells the others that it lives, hears what they change, and takes up what dead ones
/// have left.
final class Membership: Sendable {
    /// Interval between two signs of life.
    private static let interval: Duration = .seconds(2)

    /// Interval at which old notes about sessions are removed.
    private static let cleaningInterval: Duration = .seconds(3_600)

    private let replicas: any ReplicaStore
    private let log: Log
    private let beating: Task<Void, Never>

    init(
        _ replicas: any ReplicaStore, _ admission: AdmissionParts, _ live: LiveParts, _ recordings: RecordingServices, _ deletion: UserDeletion,
        _ inputs: GatewayInputs
    ) {
        inputs.metrics.joined(as: replicas.id)
        let limits = admission.limits, accounts = admission.accounts
        let contexts = live.contexts, log = inputs.log, metrics = inputs.metrics, hasOthers = live.conversations.hasOthers
        self.replicas = replicas
        self.log = log
        replicas.listen { change in
            switch change {
            case .wanted(let session): contexts.release(session)
            case .jobs: Task { await recordings.runner.wake(recordings) }
            // Other gateways may have asked for sessions meanwhile, and deleted users.
            case .unknown:
                limits.ledgerChanged(for: nil)
                Task { await Self.releaseLost(contexts, replicas, log) }
                Task { await deletion.follow() }
            case .deletionBegun(let user): Task { await deletion.follow(deletionOf: user) }
            case .deletionEnded: Task { await deletion.follow() }
            case .usage(let user): limits.ledgerChanged(for: user)
            case .engine(let name): Task { await contexts.health.suspect(name) }
            case .people, .windows: break
            }
        }
        beating = Task {
            var isAway = false
            var nextCleaning = ContinuousClock.now + Self.cleaningInterval
            // Signs of life do not wait for the work of dead gateways, which is taken up once at a time.
            var takingUp: Task<Void, Never>?
            repeat {
                do throws(StoreError) {
                    let beat = try await replicas.beat(limits.open + accounts.sessions)
                    limits.heard(beat.open)
                    accounts.heard(beat.open)
                    if isAway { log.info("the database is reached again") }
                    isAway = false
                    metrics.sawReplicas(beat.living)
                    if beat.living > 1 { hasOthers.set() } else { hasOthers.clear() }
                    recordings.admission.noteDatabase(isReached: true)
                    for session in beat.wanted { contexts.release(session) }
                    if beat.isLate { await Self.releaseLost(contexts, replicas, log) }
                    if beat.removed > 0 {
                        log.warning("other gateways are dead; their work is taken up here", [.count: "\(beat.removed)"])
                        takingUp = Task { [takingUp] in
                            await takingUp?.value
                            await recordings.runner.takeUpEarlier(recordings)
                            await recordings.chunked.takeUpAbandoned(recordings)
                        }
                    }
                    if ContinuousClock.now >= nextCleaning {
                        nextCleaning = .now + Self.cleaningInterval
                        try await replicas.forgetOld()
                    }
                } catch {
                    if !isAway { log.warning("the database cannot be reached", [.error: "\(error)"]) }
                    isAway = true
                    metrics.sawReplicas(nil)
                    recordings.admission.noteDatabase(isReached: false)
                }
            } while (try? await Task.sleep(for: Self.interval)) != nil
            await takingUp?.value
        }
    }

    deinit { beating.cancel() }

    /// Leaves the sessions that other gateways have taken to them.
    private static func releaseLost(_ contexts: LiveContexts, _ replicas: any ReplicaStore, _ log: Log) async {
        let open = await contexts.openForOthers()
        do throws(StoreError) { contexts.release(parts: open.subtracting(try await replicas.parts())) } catch {
            log.warning("sessions that other gateways have taken may go on here", [.error: "\(error)"])
        }
    }

    /// Leaves the register. Called when this gateway has ended all work.
    func end() async {
        beating.cancel()
        await beating.value
        do throws(StoreError) { try await replicas.leave() } catch {
            log.warning("the other gateways learn of this one's end a little later", [.error: "\(error)"])
        }
    }
}
