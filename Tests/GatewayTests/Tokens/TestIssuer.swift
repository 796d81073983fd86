import Framing
import Foundation
import Net
import Speech
import Synchronization
import Testing

/// An identity provider on this machine: a discovery document, keys, and tokens of its making.
final class TestIssuer: HTTPService {
    static let audience = "harken-test"

    let url: String
    let key: SigningKey
    private let keys: Mutex<[SigningKey]>
    private let asked = Mutex(0)
    /// Questions that wait for their answer; nil: none does.
    private let held = Mutex<[HTTPExchange]?>(nil)

    /// The first key of every issuer. One pair costs a third of a second of a processor, and the matrices have an issuer for each route.
    private static let firstKey = Result { try SigningKey.rsa("one") }

    private init(port: UInt16) throws {
        url = "http://127.0.0.1:\(port)/issuer"
        key = try Self.firstKey.get()
        keys = Mutex([key])
    }

    static func with(_ body: (TestIssuer) async throws -> Void) async throws {
        let group = try LoopGroup(count: 1)
        // The address is part of what it says, and known only once something listens there.
        let relay = Relay()
        let server = HTTPServer(loops: group.loops, service: relay)
        let port = try server.start(on: try #require(SocketAddress("127.0.0.1:0"))).port
        let issuer = try TestIssuer(port: port)
        relay.service.withLock { $0 = issuer }
        let result: Result<Void, any Error>
        do {
            try await body(issuer)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        server.stop()
        await server.drained()
        group.shutdown()
        try result.get()
    }

    var settings: [String: String] { ["HARKEN_OIDC_ISSUER": url, "HARKEN_OIDC_AUDIENCE": Self.audience] }

    /// How often its keys were asked for.
    var requests: Int { asked.withLock { $0 } }

    func publish(_ keys: [SigningKey]) { self.keys.withLock { $0 = keys } }

    /// Lets who asks for keys wait, until `answer`.
    func hold() { held.withLock { $0 = [] } }

    func answer() {
        let exchanges = held.withLock { held in
            defer { held = nil }
            return held ?? []
        }
        for exchange in exchanges { exchange.loop.execute { self.handle(exchange) } }
    }

    func claims(subject: String = "alice", audience: String = TestIssuer.audience, expiresIn seconds: Int = 600) -> String {
        let now = Int(TestGateway.time.milliseconds / 1_000)
        return #"{"iss":"\#(url)","aud":"\#(audience)","sub":"\#(subject)","iat":\#(now - 900),"exp":\#(now + seconds)}"#
    }

    func token(subject: String = "alice", audience: String = TestIssuer.audience, expiresIn seconds: Int = 600, by key: SigningKey? = nil) throws
        -> String
    {
        let key = key ?? self.key
        return try key.sign(claims(subject: subject, audience: audience, expiresIn: seconds), keyIdentifier: key.identifier)
    }

    func handle(_ exchange: HTTPExchange) {
        let body: String
        switch exchange.request.path {
        case "/issuer/.well-known/openid-configuration": body = #"{"issuer":"\#(url)","jwks_uri":"\#(url)/keys"}"#
        case "/issuer/keys":
            let isHeld = held.withLock { held in
                held?.append(exchange)
                return held != nil
            }
            if isHeld { return }
            asked.withLock { $0 += 1 }
            body = SigningKey.set(keys.withLock { $0 })
        default: return exchange.respond(HTTPResponseHead(.notFound))
        }
        exchange.respond(
            HTTPResponseHead(.ok, headers: ["Content-Type": "application/json", "Cache-Control": "max-age=600"]), body: Array(body.utf8))
    }

    private final class Relay: HTTPService {
        let service = Mutex<TestIssuer?>(nil)

        func handle(_ exchange: HTTPExchange) {
            guard let service = service.withLock({ $0 }) else { return exchange.respond(HTTPResponseHead(.serviceUnavailable)) }
            service.handle(exchange)
        }
    }
}
