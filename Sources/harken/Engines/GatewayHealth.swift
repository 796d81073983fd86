import Framing
import Net
import Speech

/// The health of a running gateway's engines.
struct GatewayHealth {
    /// State by engine name: `ready`, `loading`, or the problem.
    var engines: [String: String]
    /// Time from the request to the answer.
    var latency: Duration

    /// Asks the gateway at this address; nil when no server answers there.
    static func ask(_ gateway: GatewayAddress) async throws(GatewayError) -> GatewayHealth? {
        var request = HTTPClientRequest(.get, gateway.httpURL + "/ready")
        if let key = gateway.key { request.headers.set("Authorization", "Bearer " + key) }
        request.connectTimeout = .seconds(2)
        request.timeout = .seconds(5)
        request.responseLimit = 1 << 20
        let client = try gateway.client(), start = Instant.now
        do throws(HTTPClientError) {
            let answer = try await client.send(request)
            guard let health = GatewayHealth(body: answer.body, latency: Instant.now - start) else {
                throw HTTPClientError.failed("the answer has status \(answer.status.code) and no engines")
            }
            return health
        } catch {
            if error == .unreachable { return nil }
            throw GatewayError(gateway.explain(error))
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
