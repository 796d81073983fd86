import Framing
import Gateway
import HarkenTesting
import Net
import Protocols
import Speech
import Synchronization
import Testing

/// Keys as other systems keep them: at vendors that write down what they are shown, for recordings and live.
@Suite(.hangLimit) struct `A vendor's key from another system` {
    private static let key = "zq-9f3e71"
    private static let audio = [UInt8](repeating: 0, count: 3_200)

    /// A vendor that keeps the headers of all requests, and refuses every key.
    private final class Vendor: HTTPService {
        let heads = Mutex<[HTTPHeaders]>([])

        func handle(_ exchange: HTTPExchange) {
            heads.withLock { $0.append(exchange.request.headers) }
            exchange.respond(HTTPResponseHead(.unauthorized, headers: ["Content-Type": "application/json"]), body: Array(#"{"error":"no"}"#.utf8))
        }
    }

    struct Case: Sendable {
        var vendor: String
        var text: String

        static let all = Catalogue.vendors.flatMap { vendor in
            ["zq-9f3e71\n", "zq-9f3e71\r\n", "  zq-9f3e71 ", "\"zq-9f3e71\""].map { Case(vendor: vendor.name.rawValue, text: $0) }
        }
    }

    /// The value of `Authorization` that a vendor's own clients send.
    private static func authorization(_ vendor: Protocols.Vendor) -> String {
        switch vendor.name.rawValue {
        case "deepgram": "Token " + key
        case "assemblyai": key
        default: "Bearer " + key
        }
    }

    @Test(arguments: Case.all, [false, true]) func `is sent without what was around it`(one: Case, isLive: Bool) async throws {
        let known = try #require(Catalogue.vendors.first { $0.name.rawValue == one.vendor })
        guard isLive ? known.live != nil : known.prerecorded != nil else { return }
        let vendor = Vendor(), server = try LoopbackServer(vendor)
        defer { server.stop() }
        let settings = [
            known.variablePrefix + "_API_KEY": one.text, known.variablePrefix + "_BASE_URL": server.address,
            known.variablePrefix + "_STREAMING_URL": server.address, "OPENAI_LIVE": "realtime",
        ]
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), settings: settings, usesVendors: true) { gateway in
            let headers: HTTPHeaders = ["X-Harken-Engine": one.vendor]
            let said: String
            if isLive {
                let socket = try await gateway.connect("/v1/listen?encoding=linear16&sample_rate=16000", headers: headers)
                for _ in 0..<10 { socket.send(binary: Self.audio) }
                said = "\(await socket.rest())"
            } else {
                said = try await gateway.send(.post, "/v1/listen", headers: headers, body: Self.audio).text
            }
            #expect(!said.contains(Self.key), "\(said)")
            let heads = vendor.heads.withLock { $0 }
            #expect(!heads.isEmpty)
            #expect(heads.allSatisfy { $0.values("Authorization") == [Self.authorization(known)] }, "\(heads)")
        }
    }
}

/// Keys of callers' own that cannot be keys: nobody else's key is used in their place.
@Suite(.hangLimit) struct `A caller's key that cannot be one` {
    private static let texts = ["zq-…", "zq other", "\"zq"]

    private func with(_ body: (TestGateway, CountingVendor) async throws -> Void) async throws {
        let vendor = try CountingVendor()
        defer { vendor.stop() }
        let settings = ["DEEPGRAM_API_KEY": "operator-key", "DEEPGRAM_BASE_URL": vendor.address]
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), settings: settings, usesVendors: true) { gateway in
            try await body(gateway, vendor)
            #expect(vendor.shown.isEmpty)
        }
    }

    private func check(_ answer: (status: Int, headers: HTTPHeaders, text: String)) {
        #expect(answer.status == 400 && answer.text.contains("X-BYOK-deepgram") && !answer.text.contains("zq"), "\(answer)")
    }

    @Test(arguments: texts) func `is refused with a recording and a chunk`(text: String) async throws {
        try await with { gateway, _ in
            let headers: HTTPHeaders = ["X-BYOK-Deepgram": text]
            check(try await gateway.send(.post, "/v1/listen", headers: headers, body: [1, 2, 3]))
            check(try await gateway.send(.post, "/v2/upload", headers: headers, body: [1, 2, 3]))
            check(try await gateway.send(.get, "/v2/desktop/capabilities", headers: headers))
        }
    }

    @Test(arguments: texts) func `is refused live`(text: String) async throws {
        try await with { gateway, _ in
            let headers: HTTPHeaders = ["X-BYOK-Deepgram": text]
            let socket = try await gateway.connect("/v4/listen?codec=pcm16&sample_rate=16000", headers: headers)
            guard case .closed(1008, let reason)? = await socket.rest().last else {
                Issue.record("was taken")
                return
            }
            #expect(reason.hasPrefix("X-BYOK-deepgram ") && !reason.contains("zq"))
            await #expect(throws: WebSocketConnectError.self) {
                try await gateway.connect("/v1/listen?encoding=linear16&sample_rate=16000", headers: headers)
            }
        }
    }

    @Test(arguments: texts) func `is neither enrolled nor tried`(text: String) async throws {
        try await with { gateway, _ in
            var json = JSONWriter()
            json.beginObject()
            json.member("key", text)
            json.endObject()
            for (method, path) in [(HTTPMethod.put, ""), (.post, "/verify")] {
                let answer = try await gateway.send(method, "/api/v1/users/me/provider-keys/deepgram" + path, body: json.bytes)
                #expect(answer.status == 400 && answer.text.contains(#"\"key\" has "#) && !answer.text.contains("zq"), "\(answer)")
            }
        }
    }

    @Test func `is the key itself once what surrounds it is gone`() async throws {
        let vendor = try CountingVendor()
        defer { vendor.stop() }
        let settings = ["DEEPGRAM_BASE_URL": vendor.address]
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), settings: settings) { gateway in
            let path = "/api/v1/users/me/provider-keys/deepgram", body = Array(#"{"key":" mine\r\n"}"#.utf8)
            #expect(try await gateway.send(.put, path, body: body).status == 200)
            let trial = try await gateway.send(.post, path + "/verify", body: body)
            #expect(trial.status == 200 && trial.text.contains(#""enrolled":true"#), "\(trial)")
            let answer = try await gateway.send(.post, "/v1/listen", headers: ["X-BYOK-Deepgram": "\"mine\""], body: [1, 2, 3])
            #expect(answer.status == 200, "\(answer)")
            #expect(vendor.shown == ["mine": 2])
        }
    }
}
