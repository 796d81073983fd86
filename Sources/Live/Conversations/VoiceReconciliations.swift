internal import Observability
internal import Speakers
internal import Speech
internal import Store
internal import Synchronization

/// The reconciliations that follow changes of users' people and voices. A change is answered first, and the reconciliation runs afterwards: one at a
/// time for a user. Changes that come meanwhile share the user's next reconciliation. Any thread may use it.
///
/// A reconciliation that is cut off loses nothing: the changes themselves are stored, and every reconciliation gives all voices without a name to
/// their owners. The user's next change, or the end of the user's next conversation, makes up for it.
final class VoiceReconciliations: Sendable {
    private struct Queue {
        /// The run that was added last.
        let last: Task<Void, Never>
        /// True once `last` has begun: it does not see later changes.
        var hasBegun = false
    }

    private let reconciler: VoiceReconciler
    private let log: Log
    /// The queues of the users for whom something is under way.
    private let queues = Mutex<[ID<User>: Queue]>([:])

    init(_ store: any VoiceStore, rule: SpeakerRule, log: Log) {
        reconciler = VoiceReconciler(store, rule: rule, agreed: AgreedVoices())
        self.log = log
    }

    /// True if no reconciliation is under way.
    var isEmpty: Bool { queues.withLock { $0.isEmpty } }

    /// Queues a reconciliation that sees all that is stored now. A failure is logged; the next reconciliation repairs it.
    ///
    /// - Returns: the reconciliation, for callers that need its end.
    @discardableResult func begin(for user: ID<User>) -> Task<Void, Never> {
        add(user) { [reconciler, log] in
            do throws(StoreError) { try await reconciler.run(for: user) } catch {
                log.error("voices without a name cannot be compared with those of people", [.error: "\(error)"])
            }
        }
    }

    /// Queues a run behind the user's others, unless one waits already, which then stands for both.
    ///
    /// - Returns: the run that waits.
    func add(_ user: ID<User>, _ run: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        queues.withLock { queues in
            let before = queues[user]
            if let before, !before.hasBegun { return before.last }
            let task = Task(priority: .utility) {
                await before?.last.value
                hasBegun(user)
                await run()
                hasEnded(user)
            }
            queues[user] = Queue(last: task)
            return task
        }
    }

    private func hasBegun(_ user: ID<User>) { queues.withLock { $0[user]?.hasBegun = true } }

    private func hasEnded(_ user: ID<User>) {
        queues.withLock { queues in
            // A run that was added meanwhile has not begun.
            if queues[user]?.hasBegun == true { queues[user] = nil }
        }
    }
}
