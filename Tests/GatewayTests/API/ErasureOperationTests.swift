import Foundation
import Framing
import HarkenTesting
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `The erasure of deleted data` {
    @Test func `is named by the answer of a deletion, and says when no file has the data`() async throws {
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: [])) { gateway in
            try await gateway.keepMemories(of: .local)
            // While another program reads, nothing leaves the database's log.
            let reader = try SQLiteConnection.open(gateway.directory + "/harken.db", .readOnly)
            try reader.run("BEGIN")
            try reader.run("SELECT count(*) FROM segments")
            let answer = try await gateway.send(.delete, "/api/v1/people/person-1")
            #expect(answer.status == 204 && answer.headers["X-Harken-Erasure"] == "/api/v1/erasure")
            let kept = try await gateway.send(.delete, "/api/v1/conversations/conversation-1")
            #expect(kept.status == 204 && kept.headers["X-Harken-Erasure"] == nil)
            let forGood = try await gateway.send(.delete, "/api/v1/conversations/conversation-2?for_good=true")
            #expect(forGood.headers["X-Harken-Erasure"] == "/api/v1/erasure")
            for (body, isTold) in [(#"{"name":"Quagmire"}"#, false), (#"{"name":null}"#, true)] {
                let changed = try await gateway.send(.patch, "/api/v1/users/me/settings", body: Array(body.utf8))
                #expect(changed.status == 200 && (changed.headers["X-Harken-Erasure"] != nil) == isTold, "\(body)")
            }
            #expect(try await gateway.send(.get, "/api/v1/erasure").text == #"{"erased":false}"#)
            try reader.run("COMMIT")
            // The gateway gathers deletions for seconds; another process does not.
            let other = try gateway.store()
            // Both may want to empty the log at the same moment.
            try await until { (try? await other.settle()) != nil }
            #expect(try await gateway.send(.get, "/api/v1/erasure").text == #"{"erased":true}"#)
        }
    }
}
