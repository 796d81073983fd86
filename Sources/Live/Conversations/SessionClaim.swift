internal import Observability

/// The claim of a caller on a session that was taken over from another gateway. A claim that ends before the session goes on here gives the session back.
package final class SessionClaim: Sendable {
    package let taken: TakenSession
    private let service: ConversationService
    private let isUsed = AtomicFlag()

    package init(_ taken: TakenSession, by service: ConversationService) {
        self.taken = taken
        self.service = service
    }

    /// Notes that the session goes on here.
    package func use() { isUsed.set() }

    deinit {
        guard !isUsed.isSet else { return }
        Task { [service, taken] in await service.giveBack(taken) }
    }
}
