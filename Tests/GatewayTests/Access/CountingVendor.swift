import Framing
import Net
import Synchronization

/// Deepgram as a test's vendor, live and for recordings: counts which keys were shown to it, and rejects one of them.
final class CountingVendor: Sendable {
    /// The key that the vendor does not take.
    static let rejected = "key-the-vendor-refuses"

    private let server: LoopbackServer
    private let service = Service()

    init() throws { server = try LoopbackServer(service) }

    var address: String { server.address }

    private final class Service: HTTPService {
        let shown = Mutex<[String: Int]>([:])

        func handle(_ exchange: HTTPExchange) {
            let key = String((exchange.request.headers["Authorization"] ?? "").split(separator: " ").last ?? "")
            shown.withLock { $0[key, default: 0] += 1 }
            guard !key.hasPrefix(CountingVendor.rejected) else {
                let body = #"{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials.","request_id":"1"}"#
                return exchange.respond(HTTPResponseHead(.unauthorized, headers: ["Content-Type": "application/json"]), body: Array(body.utf8))
            }
            if exchange.request.asksForWebSocket {
                _ = exchange.acceptWebSocket(handler: Stream())
                return
            }
            exchange.collectBody(limit: 1 << 24) { _ in
                let words = #"[{"word":"hello","start":0.1,"end":0.5,"confidence":0.9,"punctuated_word":"Hello."}]"#
                let channel = #"{"alternatives":[{"transcript":"Hello.","confidence":0.9,"words":\#(words)}]}"#
                let body =
                    #"{"metadata":{"request_id":"1","duration":1.0,"channels":1,"models":[],"model_info":{}},"results":{"channels":[\#(channel)]}}"#
                exchange.respond(HTTPResponseHead(.ok, headers: ["Content-Type": "application/json"]), body: Array(body.utf8))
            }
        }
    }

    /// Takes audio without a word, and closes when it is asked to.
    private final class Stream: WebSocketHandler {
        func received(text: RawSpan, on connection: WebSocketConnection) {
            let message = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            guard message.contains("CloseStream") else { return }
            connection.send(
                text: #"{"type":"Metadata","request_id":"1","sha256":"0","created":"2026-11-22T00:00:00.000Z","duration":0.5,"channels":1}"#)
            connection.close(code: 1000, reason: "")
        }

        func received(binary: RawSpan, on connection: WebSocketConnection) {}

        func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {}
    }

    /// How often each key was shown.
    var shown: [String: Int] { service.shown.withLock { $0 } }

    func stop() { server.stop() }
}
