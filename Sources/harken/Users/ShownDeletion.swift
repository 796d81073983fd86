import Speech
import Store

/// The deletion of a user, with a line that shows how far it is.
struct ShownDeletion: Sendable {
    let user: ID<User>
    let line: ProgressLine
    /// Time between two looks at the deletion.
    var interval = Duration.seconds(1)

    /// Deletes the user.
    ///
    /// - Returns: false when nothing is stored of the user.
    func run(in installation: any InstallationData) async throws -> Bool {
        defer { line.clear() }
        // The return cancels it and waits for it, before the line is cleared.
        async let _ = show(installation)
        return try await installation.delete(user)
    }

    /// Shows how far the deletion is, until the task is cancelled.
    private func show(_ installation: any InstallationData) async {
        var most = 0
        while (try? await Task.sleep(for: interval)) != nil {
            // The deletion goes on, and says itself what fails.
            guard let deletion = (try? await installation.deletions())?.first(where: { $0.user == user }) else { continue }
            most = max(most, deletion.conversations)
            line.show("\(user)  \(most - deletion.conversations) of \(most) conversations are deleted")
        }
    }
}
