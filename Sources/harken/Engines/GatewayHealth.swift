import Speech
import Framing
import Net

/// The health of a running gateway's engines.
struct GatewayHealth {
    /// State by engine name: `ready`, `loading`, or the problem.
    var engines: [String: String]
    /// Time from the request to the answer.
    var latency: Duration

    /// Asks the gateway at this address; nil when no gateway answers.
    static func ask(_ url: String) async -> GatewayHealth? {
        var base = url
        while base.hasSuffix("/") { base.removeLast() }
        for (webSocket, http) in [("ws://", "http://"), ("wss://", "https://")] where base.hasPrefix(webSocket) {
            base = http + base.dropFirst(webSocket.count)
        }
        var request = HTTPClientRequest(.get, base + "/ready")
        request.connectTimeout = .seconds(2)
        request.timeout = .seconds(5)
        request.responseLimit = 1 << 20
        do {
            let start = Instant.now
            let answer = try await HTTPClient().send(request)
            return GatewayHealth(body: answer.body, latency: Instant.now - start)
        } catch {
            return nil
        }
    }

    /// Parses the answer; nil when the body is not a gateway's.
    init?(body: [UInt8], latency: Duration) {
        guard let document = try? JSONDocument(parsing: body, sizeLimit: 1 << 20), document.root["engines"].isObject else { return nil }
        var engines: [String: String] = [:]
        document.root["engines"].forEachMember { name, value in engines[name] = value.string.map(TerminalText.safe) ?? "" }
        self.engines = engines
        self.latency = latency
    }
}
