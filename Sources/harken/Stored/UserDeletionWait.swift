import Speech
import Store

/// The wait of a command for a gateway that removes a user's data after its answer.
struct UserDeletionWait {
    let user: ID<User>
    /// Maximum number of questions in a row that have no answer, as while the gateway restarts.
    var maxUnanswered = 60
    /// Time between two questions.
    var interval = Duration.seconds(1)

    /// Returns when the deletion is complete, or the gateway refuses to tell.
    ///
    /// - Parameter deletions: asks the gateway for the deletions that are not complete.
    /// - Throws: the last error, when the gateway does not answer for long.
    func run(_ deletions: () async throws -> [PendingUserDeletion]) async throws {
        var unanswered = 0
        while true {
            do {
                guard try await deletions().contains(where: { $0.user == user }) else { return }
                unanswered = 0
            } catch let error as GatewayError {
                // The key was one of the user who is deleted. The gateway goes on.
                if error.isRefusal { return }
                unanswered += 1
                guard unanswered < maxUnanswered else {
                    throw GatewayError("the deletion of \(user) has begun, and it is not known whether it is complete: \(error)")
                }
            }
            try await Task.sleep(for: interval)
        }
    }
}
