import Framing
import HarkenTesting
import Net
import Sessions
import Speech
import Store
import Testing

@testable import harken

/// `harken keys` changes keys while a gateway runs on the same data directory.
@Suite(.hangLimit) struct `Keys that another process changes` {
    private let client: HTTPClient

    init() throws { client = try HTTPClient() }

    private func status(_ gateway: TestGateway, _ key: String?) async throws -> Int {
        var headers: HTTPHeaders = [:]
        if let key { headers.set("Authorization", "Bearer " + key) }
        return try await client.send(HTTPClientRequest(.get, gateway.url + "/v1/models", headers: headers)).status.code
    }

    @Test func `count from the next request on`() async throws {
        let gateway = try await TestGateway()
        let commands = try Installation(in: DataDirectory(creating: gateway.folder.path)).keys(hashing: OpenSSLHashing(), now: { .now })
        #expect(try await status(gateway, nil) == 200)
        let first = try await commands.create(AccessKeyRequest()), second = try await commands.create(AccessKeyRequest())
        #expect(try await status(gateway, nil) == 401, "there are keys now")
        for _ in 0..<3 { #expect(try await status(gateway, first.text) == 200) }
        #expect(try await commands.revoke(first.key.id))
        #expect(try await status(gateway, first.text) == 401)
        #expect(try await status(gateway, second.text) == 200)
    }
}
