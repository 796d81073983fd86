import Framing
import HarkenTesting
import Net
import Speech
import Synchronization

/// Deepgram's live service as a test's vendor: counts the time for which each stream is open, as the vendor does for its bill, and hears silence.
final class BillingVendor: Sendable {
    private let server: LoopbackServer
    private let service: Service

    /// - Parameters:
    ///   - clock: the clock by which the vendor counts.
    ///   - refusesChanges: true if open streams do not change their settings.
    init(clock: HeldClock, refusesChanges: Bool = false) throws {
        service = Service(clock: clock, refusesChanges: refusesChanges)
        server = try LoopbackServer(service)
    }

    var address: String { server.address }

    /// What the vendor has counted.
    var count: Count { service.count.withLock { $0 } }

    func stop() { server.stop() }

    struct Count: Sendable {
        /// The parameters of all streams, in order.
        var queries: [URLQuery] = []
        /// Number of messages with audio.
        var pieces = 0
        /// Number of streams that were closed.
        var closed = 0
        /// Time from the opening to the close of all closed streams.
        var open: Duration = .zero
    }

    private final class Service: HTTPService {
        let clock: HeldClock
        let refusesChanges: Bool
        let count = Mutex(Count())

        init(clock: HeldClock, refusesChanges: Bool) {
            self.clock = clock
            self.refusesChanges = refusesChanges
        }

        func handle(_ exchange: HTTPExchange) {
            guard exchange.request.asksForWebSocket else {
                return exchange.respond(HTTPResponseHead(.ok, headers: ["Content-Type": "application/json"]), body: Array("{}".utf8))
            }
            let query = exchange.request.query
            count.withLock { $0.queries.append(query) }
            _ = exchange.acceptWebSocket(handler: Stream(of: self))
        }
    }

    private final class Stream: WebSocketHandler {
        private let service: Service
        private let opened: Instant
        /// Bytes of 16-bit audio at 16 kHz that were heard.
        private let heard = Mutex(0)

        init(of service: Service) {
            self.service = service
            opened = service.clock.now
        }

        func received(binary: RawSpan, on connection: WebSocketConnection) {
            let bytes = binary.byteCount
            let before = heard.withLock { heard in
                defer { heard += bytes }
                return heard
            }
            connection.send(
                text: """
                    {"type":"Results","channel_index":[0,1],"start":\(Double(before) / 32_000),"duration":\(Double(bytes) / 32_000),"is_final":true,\
                    "speech_final":false,"channel":{"alternatives":[{"transcript":"","confidence":0.0,"words":[]}]},\
                    "metadata":{"request_id":"1","model_info":{"name":"nova-3","version":"1","arch":"nova-3"},"model_uuid":"1"},"from_finalize":false}
                    """)
            service.count.withLock { $0.pieces += 1 }
        }

        func received(text: RawSpan, on connection: WebSocketConnection) {
            let message = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            if message.contains(#""Configure""#), service.refusesChanges {
                return connection.send(
                    text: #"{"type":"ConfigureFailure","request_id":"1","code":"CONFIGURE_INTERNAL_ERROR","description":"no"}"#)
            }
            guard message.contains("CloseStream") else { return }
            connection.send(
                text: #"{"type":"Metadata","request_id":"1","sha256":"0","created":"2026-11-22T00:00:00.000Z","duration":0.5,"channels":1}"#)
            connection.close(code: 1000, reason: "")
        }

        func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {
            let open = opened.duration(to: service.clock.now)
            service.count.withLock { count in
                count.closed += 1
                count.open += open
            }
        }
    }
}
