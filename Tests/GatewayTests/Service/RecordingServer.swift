import Framing
import Net
import Synchronization

/// A server with OpenAI's transcription API: hears the word `heard` in each second of a recording.
final class RecordingServer: Sendable {
    private let server: LoopbackServer
    private let service: Service

    /// - Parameter status: the status of all answers.
    init(status: Int = 200) throws {
        service = Service(status: status)
        server = try LoopbackServer(service)
    }

    /// The address with its path, as `OPENAI_BASE_URL` has it.
    var address: String { server.address + "/v1" }
    /// The bodies of all requests, in order.
    var forms: [[UInt8]] { service.forms.withLock { $0 } }
    /// Maximum number of requests that ran at the same time.
    var maxRunning: Int { service.running.withLock { $0.most } }

    func stop() { server.stop() }

    private final class Service: HTTPService {
        private let status: Int
        let forms = Mutex<[[UInt8]]>([])
        let running = Mutex((now: 0, most: 0))

        init(status: Int) { self.status = status }

        func handle(_ exchange: HTTPExchange) {
            running.withLock { running in
                running.now += 1
                running.most = max(running.most, running.now)
            }
            exchange.collectBody(limit: 1 << 24) { [self] body in
                defer { running.withLock { $0.now -= 1 } }
                guard case .success(let bytes) = body else { return }
                forms.withLock { $0.append(bytes) }
                let seconds = max(1, (bytes.count + 8_000) / 32_000)
                let words = (0..<seconds).map { #"{"word":"heard","start":\#($0).1,"end":\#($0).9}"# }
                let text = Array(repeating: "heard", count: seconds).joined(separator: " ")
                let said =
                    #"{"text":"\#(text)","language":"english","duration":\#(seconds).0,"words":[\#(words.joined(separator: ","))],"segments":[]}"#
                let answer = status == 200 ? said : #"{"error":{"message":"no"}}"#
                exchange.respond(
                    HTTPResponseHead(HTTPStatus(status), headers: ["Content-Type": "application/json"]), body: Array(answer.utf8))
            }
        }
    }
}
