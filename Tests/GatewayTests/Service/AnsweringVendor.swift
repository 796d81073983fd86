import Framing
import Net
import Synchronization

/// Deepgram and AssemblyAI as a test's vendors: keep what they are asked, and answer with more fields than Harken models.
final class AnsweringVendor: Sendable {
    private let server: LoopbackServer
    private let service: Service

    /// - Parameters:
    ///   - breaksStreams: true if live streams break at their first audio.
    ///   - refusesChanges: true if Deepgram's open streams do not change their settings.
    init(breaksStreams: Bool = false, refusesChanges: Bool = false) throws {
        service = Service(breaksStreams: breaksStreams, refusesChanges: refusesChanges)
        server = try LoopbackServer(service)
    }

    var address: String { server.address }

    /// The queries with which Deepgram was asked, in order.
    var queries: [URLQuery] { service.queries.withLock { $0 } }

    /// The bodies with which AssemblyAI was asked for transcripts.
    var orders: [String] { service.orders.withLock { $0 } }

    /// The text messages of all live streams, in order.
    var messages: [String] { service.messages.withLock { $0 } }

    /// The `User-Agent` of all requests, each once.
    var userAgents: Set<String> { service.userAgents.withLock { $0 } }

    func stop() { server.stop() }

    private final class Service: HTTPService {
        private let breaksStreams: Bool
        let refusesChanges: Bool
        let userAgents = Mutex<Set<String>>([])
        let queries = Mutex<[URLQuery]>([])
        let orders = Mutex<[String]>([])
        let messages = Mutex<[String]>([])

        init(breaksStreams: Bool, refusesChanges: Bool) {
            self.breaksStreams = breaksStreams
            self.refusesChanges = refusesChanges
        }

        private static let recording = """
            {"metadata":{"request_id":"1","duration":1.0,"channels":1,"models":[],"model_info":{}},"results":{"channels":[{"search":[{"query":"a"}],\
            "alternatives":[{"transcript":"Hello.","confidence":0.9,"words":[{"word":"hello","start":0.1,"end":0.5,"confidence":0.9,\
            "punctuated_word":"Hello."}]}]}],"summary":{"short":"A greeting."}}}
            """
        private static let transcript = """
            {"id":"t1","status":"completed","audio_url":"https://cdn/1","text":"Hello.","audio_duration":1,"language_code":"en_us","summarization":true,\
            "summary":"A greeting.","entities":[{"entity_type":"greeting","text":"Hello"}],"acoustic_model":null,\
            "words":[{"text":"Hello.","start":100,"end":500,"confidence":0.9}]}
            """

        func handle(_ exchange: HTTPExchange) {
            let head = exchange.request
            _ = userAgents.withLock { $0.insert(head.headers["User-Agent"] ?? "none") }
            if head.asksForWebSocket {
                queries.withLock { $0.append(head.query) }
                let connection = exchange.acceptWebSocket(handler: Stream(of: self, breaks: breaksStreams))
                if head.path == "/v3/ws" { connection?.send(text: #"{"type":"Begin","id":"s","expires_at":1,"configuration":{"model":"m"}}"#) }
                if head.path == "/v2/listen" { connection?.send(text: #"{"type":"Connected","request_id":"r","sequence_id":0}"#) }
                return
            }
            exchange.collectBody(limit: 1 << 24) { [self] result in
                let body: String
                switch head.path {
                case "/v1/listen":
                    queries.withLock { $0.append(head.query) }
                    body = Self.recording
                case "/v2/upload": body = #"{"upload_url":"https://cdn/1"}"#
                default:
                    if case .success(let bytes) = result { orders.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } }
                    body = Self.transcript
                }
                exchange.respond(HTTPResponseHead(.ok, headers: ["Content-Type": "application/json"]), body: Array(body.utf8))
            }
        }
    }

    /// Takes audio without a word, and closes when it is asked to.
    private final class Stream: WebSocketHandler {
        private let service: Service
        private let breaks: Bool

        init(of service: Service, breaks: Bool) {
            self.service = service
            self.breaks = breaks
        }

        func received(text: RawSpan, on connection: WebSocketConnection) {
            let message = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            service.messages.withLock { $0.append(message) }
            if message.contains("Terminate") { return connection.close(code: 1000, reason: "") }
            if message.contains(#""Configure""#) {
                let answer =
                    service.refusesChanges
                    ? #"{"type":"ConfigureFailure","request_id":"1","code":"CONFIGURE_INTERNAL_ERROR","description":"no"}"#
                    : #"{"type":"ConfigureSuccess","request_id":"1"}"#
                connection.send(text: answer)
                return
            }
            guard message.contains("CloseStream") else { return }
            connection.send(
                text: #"{"type":"Metadata","request_id":"1","sha256":"0","created":"2026-11-22T00:00:00.000Z","duration":0.5,"channels":1}"#)
            connection.close(code: 1000, reason: "")
        }

        func received(binary: RawSpan, on connection: WebSocketConnection) {
            if breaks { connection.close(code: 1011, reason: "broken") }
        }

        func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {}
    }
}
