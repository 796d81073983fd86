import Framing
import HarkenTesting
import Net
import Speech
import Testing

@Suite(.hangLimit) struct `A trial of an engine` {
    private func post(_ gateway: TestGateway, _ path: String, _ body: String? = nil, status: Int = 200) async throws -> JSONValue {
        let answer = try await gateway.send(.post, "/api/v1" + path, body: body.map { Array($0.utf8) })
        #expect(answer.status == status, "\(answer.text)")
        return try JSONValue(parsing: Array(answer.text.utf8))
    }

    private func settings(_ vendor: CountingVendor, key: String? = nil) -> [String: String] {
        var settings = ["DEEPGRAM_BASE_URL": vendor.address, "DEEPGRAM_STREAMING_URL": vendor.address]
        settings["DEEPGRAM_API_KEY"] = key
        return settings
    }

    @Test func `does not call an engine of this process`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let trial = try await post(gateway, "/admin/engines/scripted/try")
            #expect(trial["works"] == true && trial["called"] == false && trial["error"] == .null)
            _ = try await post(gateway, "/admin/engines/none/try", status: 404)
        }
    }

    @Test(arguments: [("good", true), (CountingVendor.rejected, false)])
    func `calls a vendor with the operator's key`(key: String, works: Bool) async throws {
        let vendor = try CountingVendor()
        defer { vendor.stop() }
        try await TestGateway.with(keys: TestKeys(valid: []), settings: settings(vendor, key: key), usesVendors: true) { gateway in
            let trial = try await post(gateway, "/admin/engines/deepgram/try")
            #expect(trial["works"] == .bool(works) && trial["called"] == true, "\(trial)")
            #expect(trial["error"] == (works ? .null : "unauthorised"))
            #expect(vendor.shown[key] == 1)
            let engines = try JSONValue(parsing: Array(try await gateway.send(.get, "/api/v1/admin/engines").text.utf8))
            guard case .array(let list) = engines else { return }
            #expect(list.first { $0["name"] == "deepgram" }?["state"] == (works ? "ready" : "resting"))
        }
    }

    @Test func `checks a key of the user's own at its vendor, and does not keep it`() async throws {
        let vendor = try CountingVendor()
        defer { vendor.stop() }
        try await TestGateway.with(keys: TestKeys(valid: []), settings: settings(vendor)) { gateway in
            _ = try await gateway.send(.put, "/api/v1/users/me/provider-keys/deepgram", body: Array(#"{"key":"mine"}"#.utf8))
            let path = "/users/me/provider-keys/deepgram/verify"
            let mine = try await post(gateway, path, #"{"key":"mine"}"#)
            #expect(mine["works"] == true && mine["enrolled"] == true, "\(mine)")
            let other = try await post(gateway, path, #"{"key":"other"}"#)
            #expect(other["works"] == true && other["enrolled"] == false)
            let bad = try await post(gateway, path, #"{"key":"\#(CountingVendor.rejected)"}"#)
            #expect(bad["works"] == false && bad["error"] == "unauthorised")
            #expect(vendor.shown == ["mine": 1, "other": 1, CountingVendor.rejected: 1])
            _ = try await post(gateway, "/users/me/provider-keys/nobody/verify", #"{"key":"mine"}"#, status: 404)
        }
    }
}
