internal import Speech
internal import Synchronization

/// The users who have something under way of which there is one at a time for a user. Any thread may use it.
final class UserTurns: Sendable {
    private let users = Mutex<Set<ID<User>>>([])

    /// Returns the user's turn; nil when the user has one already.
    func enter(_ user: ID<User>) -> Turn? { users.withLock { $0.insert(user).inserted } ? Turn(user, among: self) : nil }

    /// The turn of a user. The release of the last reference ends it.
    final class Turn: Sendable {
        private let user: ID<User>
        private let all: UserTurns

        fileprivate init(_ user: ID<User>, among all: UserTurns) {
            self.user = user
            self.all = all
        }

        deinit { all.users.withLock { _ = $0.remove(user) } }
    }
}
