import HarkenTesting
import Speech
import Store
import Testing

@testable import harken

@Suite(.hangLimit) struct `The wait of a command for the deletion of a user` {
    private static let pending = PendingUserDeletion(user: ID("ann"), since: UnixTime(milliseconds: 0), conversations: 1)
    private static let other = PendingUserDeletion(user: ID("bob"), since: UnixTime(milliseconds: 0), conversations: 1)
    private static let away = GatewayError("no answer"), busy = GatewayError("later", status: 503)

    private typealias Answer = Result<[PendingUserDeletion], GatewayError>

    /// Waits with these answers, and returns how many of them were asked for. The last one is repeated.
    private func wait(_ answers: [Answer]) async throws -> Int {
        var asked = 0
        try await UserDeletionWait(user: ID("ann"), maxUnanswered: 3, interval: .milliseconds(1)).run {
            asked += 1
            return try answers[min(asked, answers.count) - 1].get()
        }
        return asked
    }

    @Test func `ends when the deletion is complete, also after a restart of the gateway`() async throws {
        #expect(try await wait([.success([Self.pending, Self.other]), .success([Self.other])]) == 2)
        let restart: [Answer] = [.failure(Self.away), .failure(Self.busy), .success([Self.pending]), .failure(Self.away), .failure(Self.away)]
        #expect(try await wait(restart + [.success([])]) == 6)
    }

    @Test(arguments: [401, 403]) func `ends when the key is one of the deleted user`(status: Int) async throws {
        #expect(try await wait([.success([Self.pending]), .failure(GatewayError("no", status: status))]) == 2)
    }

    @Test func `says that the end is not known when the gateway does not answer for long`() async throws {
        let error = try await #require(throws: GatewayError.self) { _ = try await wait([.success([Self.pending]), .failure(Self.away)]) }
        #expect(error.description.contains("not known") && error.description.contains("no answer"))
    }
}
