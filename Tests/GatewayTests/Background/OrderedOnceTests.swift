import Framing
import HarkenTesting
import Net
import Synchronization
import Testing

/// A vendor that takes an order and then breaks off, behind a whole gateway.
@Suite(.hangLimit) struct `A chunk that its vendor has taken` {
    /// AssemblyAI's protocol, or Deepgram's, as far as a chunk needs it.
    private final class Vendor: HTTPService {
        struct State {
            var isBroken = true
            var orders = 0
        }

        let state = Mutex(State())

        func handle(_ exchange: HTTPExchange) {
            exchange.collectBody(limit: 1 << 20) { [self] _ in
                let (method, path) = (exchange.request.method, exchange.request.path)
                let isBroken = state.withLock { state in
                    if method == .post, path != "/v2/upload" { state.orders += 1 }
                    return state.isBroken
                }
                let body: String?
                switch (method, path) {
                case (.post, "/v2/upload"): body = #"{"upload_url":"https://cdn/1"}"#
                case (.post, "/v2/transcript"): body = #"{"id":"t1","status":"queued"}"#
                case _ where isBroken: body = nil
                case (.post, "/v1/listen"):
                    body = #"{"results":{"channels":[{"alternatives":[{"words":[{"word":"kept","start":0.1,"end":0.6}]}]}]}}"#
                case _: body = #"{"status":"completed","words":[{"text":"Kept.","start":100,"end":600,"speaker":null}]}"#
                }
                guard let body else {
                    exchange.begin(HTTPResponseHead(.ok), contentLength: 1_000)
                    exchange.write(Array("{".utf8))
                    return exchange.finish()
                }
                exchange.respond(HTTPResponseHead(.ok, headers: ["Content-Type": "application/json"]), body: Array(body.utf8))
            }
        }
    }

    private func with(_ settings: [String: String], _ body: (TestGateway, Vendor) async throws -> Void) async throws {
        let vendor = Vendor()
        let server = try LoopbackServer(vendor)
        defer { server.stop() }
        var settings = settings
        settings["ASSEMBLYAI_BASE_URL"] = server.address
        settings["DEEPGRAM_BASE_URL"] = server.address
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), settings: settings) { gateway in try await body(gateway, vendor) }
    }

    @Test func `is asked for by its name when its client sends it again`() async throws {
        let settings = [
            "ASSEMBLYAI_BACKGROUND_STT_ENABLED": "true", "ASSEMBLYAI_POLL_INTERVAL_SECONDS": "0.1", "ASSEMBLYAI_MAX_POLL_SECONDS": "10",
        ]
        try await with(settings) { gateway, vendor in
            let own: HTTPHeaders = ["X-BYOK-AssemblyAI": "own"]
            let id = try await gateway.startRecording()
            let lost = try await gateway.sendChunk("a", at: 0, of: id, seconds: 1, headers: own)
            #expect(lost.status == 500, "\(lost.text)")
            // The connection breaks, or the time is over just then.
            #expect(["provider_failure", "provider_timeout"].contains(lost.string("code")) && lost.string("provider") == "assemblyai")
            vendor.state.withLock { $0.isBroken = false }
            let again = try await gateway.sendChunk("a", at: 0, of: id, seconds: 1, headers: own)
            #expect(again.texts == ["Kept."], "\(again.text)")
            #expect(vendor.state.withLock { $0.orders } == 1)
        }
    }

    @Test func `is not ordered again unasked where nothing can be asked for`() async throws {
        try await with([:]) { gateway, vendor in
            let own: HTTPHeaders = ["X-BYOK-Deepgram": "own"]
            let id = try await gateway.startRecording()
            let lost = try await gateway.sendChunk("a", at: 0, of: id, seconds: 1, headers: own)
            #expect(lost.status == 500 && lost.string("code") == "provider_timeout" && lost.string("provider") == "deepgram", "\(lost.text)")
            #expect(vendor.state.withLock { $0.orders } == 1)
            vendor.state.withLock { $0.isBroken = false }
            // Its client knows now, and decides.
            #expect(try await gateway.sendChunk("a", at: 0, of: id, seconds: 1, headers: own).texts == ["kept"])
            #expect(vendor.state.withLock { $0.orders } == 2)
        }
    }
}
