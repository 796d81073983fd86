@testable import Admission
import Engines
import Framing
@testable import API
@testable import Gateway
import HarkenTesting
import Net
import Speech
import Testing

@Suite(.hangLimit) struct `What the gateway says about itself` {
    private func about(_ gateway: TestGateway, key: String? = nil) async throws -> JSONValue {
        let headers: HTTPHeaders = key.map { ["Authorization": "Bearer " + $0] } ?? [:]
        let answer = try await gateway.send(.get, "/api/v1/about", headers: headers)
        #expect(answer.status == 200, "\(answer.text)")
        return try JSONValue(parsing: Array(answer.text.utf8))
    }

    @Test func `names version, address, engines and the command for a key`() async throws {
        try await TestGateway.with { gateway in
            let about = try await about(gateway)
            #expect(about["version"] == "0" && about["address"] == .string("http://127.0.0.1:\(gateway.port)"))
            #expect(about["engines"] == [["name": "scripted", "state": "ready"]])
            #expect(about["keyless"] == true && about["user"] == "local")
            let what = "Only programs on this machine are served; others need a key, and --listen."
            #expect(about["missing"] == [["what": .string(what), "command": "harken keys create"]])
        }
    }

    @Test func `names the scopes of the caller's key`() async throws {
        let keys = TestKeys(valid: ["whole", "device"], scopesOf: ["device": ["write"]])
        try await TestGateway.with(keys: keys) { gateway in
            let whole = try await about(gateway, key: "whole")
            #expect(whole["keyless"] == false && whole["missing"] == [] && whole["user"] == "user")
            #expect(whole["scopes"] == ["listen", "transcribe", "read", "write"])
            #expect(try await about(gateway, key: "device")["scopes"] == ["read", "write"])
        }
    }

    @Test func `names the command that mends a local engine without models`() async throws {
        let engine = EngineEntry(ScriptedEngine(name: .local)) { .unavailable("the model is missing") }
        let operation = try #require(AboutOperations(version: "1", entries: [engine]).all.first)
        let peer = try #require(SocketAddress("203.0.113.9:5000"))
        let request = APIRequest(
            caller: AuthenticatedCaller(.user(ID("ann"))), parameters: [:],
            head: try HTTPRequestHead(.get, "/api/v1/about", headers: ["Host": "speech.example"]),
            client: ClientAddress(peer: peer, ip: peer.ip, source: .connection, isSecure: true), body: nil)
        let about = try JSONValue(parsing: await operation.run(request).body)
        #expect(about["address"] == "https://speech.example")
        #expect(about["engines"] == [["name": "local", "state": "unavailable", "why": "the model is missing"]])
        #expect(about["missing"] == [["what": "The local engine cannot be used: the model is missing", "command": "harken models install FILE"]])
    }
}
