import Framing
import HarkenTesting
import Net
import Speech
import Synchronization

/// The live services of Deepgram, AssemblyAI and Soniox as a test's vendor: counts the time for which each stream is open, as the vendors do for their
/// bills, and hears silence.
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
        /// The texts of all streams at Soniox, in order; the first of a stream is its configuration.
        var configurations: [String] = []
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
            let wire = Wire(path: exchange.request.path)
            let connection = exchange.acceptWebSocket(handler: Stream(of: self, wire))
            if wire == .assemblyAI { connection?.send(text: #"{"type":"Begin","id":"s","expires_at":1,"configuration":{"model":"m"}}"#) }
        }
    }

    /// The protocol of a stream.
    private enum Wire {
        case deepgram, assemblyAI, soniox

        init(path: String) {
            self =
                switch path {
                case "/v3/ws": .assemblyAI
                case "/transcribe-websocket": .soniox
                default: .deepgram
                }
        }
    }

    private final class Stream: WebSocketHandler {
        private let service: Service
        private let wire: Wire
        private let opened: Instant
        /// Bytes of 16-bit audio at 16 kHz that were heard.
        private let heard = Mutex(0)

        init(of service: Service, _ wire: Wire) {
            self.service = service
            self.wire = wire
            opened = service.clock.now
        }

        func received(binary: RawSpan, on connection: WebSocketConnection) {
            let bytes = binary.byteCount
            let before = heard.withLock { heard in
                defer { heard += bytes }
                return heard
            }
            answer(connection, from: before, to: before + bytes)
            service.count.withLock { $0.pieces += 1 }
        }

        /// Answers audio from one byte to another. AssemblyAI says nothing about silence.
        private func answer(_ connection: WebSocketConnection, from before: Int, to end: Int) {
            if wire == .soniox { return connection.send(text: Self.sonioxUpdate(end, finished: false)) }
            guard wire == .deepgram else { return }
            let bytes = end - before
            connection.send(
                text: """
                    {"type":"Results","channel_index":[0,1],"start":\(Double(before) / 32_000),"duration":\(Double(bytes) / 32_000),"is_final":true,\
                    "speech_final":false,"channel":{"alternatives":[{"transcript":"","confidence":0.0,"words":[]}]},\
                    "metadata":{"request_id":"1","model_info":{"name":"nova-3","version":"1","arch":"nova-3"},"model_uuid":"1"},"from_finalize":false}
                    """)
        }

        /// - Parameter end: the number of bytes that were heard.
        private static func sonioxUpdate(_ end: Int, finished: Bool) -> String {
            #"{"tokens":[],"final_audio_proc_ms":\#(end / 32),"total_audio_proc_ms":\#(end / 32),"finished":\#(finished)}"#
        }

        func received(text: RawSpan, on connection: WebSocketConnection) {
            let message = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            switch wire {
            case .deepgram: break
            case .assemblyAI:
                guard message.contains("Terminate") else { return }
                connection.send(text: #"{"type":"Termination","audio_duration_seconds":0,"session_duration_seconds":0}"#)
                return connection.close(code: 1000, reason: "")
            case .soniox:
                service.count.withLock { $0.configurations.append(message) }
                guard message.isEmpty else { return }
                connection.send(text: Self.sonioxUpdate(heard.withLock { $0 }, finished: true))
                return connection.close(code: 1000, reason: "")
            }
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
