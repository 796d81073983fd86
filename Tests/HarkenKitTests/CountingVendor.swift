import Framing
import Net
import Speech
import Synchronization

/// A vendor of AssemblyAI's streaming protocol on loopback that hears numbers: 0.4 s of a square wave with the amplitude 3,000 + 80 × n is the word wn.
final class CountingVendor: HTTPService {
    enum Fault: Equatable {
        case none
        /// Answers `Terminate` with nothing.
        case deafToTerminate
        /// Breaks each connection but the last one, when the word of this number is half said.
        case breaks(atWord: Int, times: Int)
        /// Refuses each connection.
        case refuses
    }

    private struct Seen {
        var targets: [String] = []
        var messages: [[Int]] = []
        var texts: [String] = []
    }

    static let pause = 1_600, word = 6_400

    /// The words w1, w2, …
    static func audio(_ count: Int) -> [Int16] {
        (1...count).flatMap { number in
            let level = Int16(3_000 + 80 * number)
            return (0..<word).map { $0 / 50 % 2 == 0 ? level : -level } + [Int16](repeating: 0, count: pause)
        }
    }

    private let fault: Fault
    private let seen = Mutex(Seen())
    private let group: LoopGroup
    private let server = Mutex<HTTPServer?>(nil)

    /// Starts to serve.
    init(_ fault: Fault = .none) throws {
        self.fault = fault
        group = try LoopGroup(count: 1)
    }

    func start() throws -> String {
        let server = HTTPServer(loops: group.loops, service: self)
        let address = try server.start(on: SocketAddress(.loopback, port: 0))
        self.server.withLock { $0 = server }
        return "ws://\(address)"
    }

    func stop() {
        server.withLock { $0 }?.stop()
        group.shutdown()
    }

    /// Paths and queries of all connections.
    var targets: [String] { seen.withLock { $0.targets } }
    /// Lengths of the messages of audio, in bytes, by connection.
    var messages: [[Int]] { seen.withLock { $0.messages } }
    /// Messages of text, of all connections.
    var texts: [String] { seen.withLock { $0.texts } }

    func handle(_ exchange: HTTPExchange) {
        let number = seen.withLock { seen in
            seen.targets.append(exchange.request.target)
            seen.messages.append([])
            return seen.targets.count - 1
        }
        guard fault != .refuses else { return exchange.respond(HTTPResponseHead(.serviceUnavailable), body: []) }
        let stream = Stream(self, number)
        guard let connection = exchange.acceptWebSocket(configuration: WebSocketConfiguration(), handler: stream) else { return }
        connection.send(text: #"{"type":"Begin","id":"session-\#(number)","expires_at":4000000000}"#)
    }

    /// One connection. Lives on the server's loop.
    private final class Stream: WebSocketHandler {
        private let vendor: CountingVendor
        private let number: Int
        private var heard = 0, turn = 0, count = 0, level: Int16 = 0

        init(_ vendor: CountingVendor, _ number: Int) {
            self.vendor = vendor
            self.number = number
        }

        func received(text: RawSpan, on connection: WebSocketConnection) {
            let message = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            vendor.seen.withLock { $0.texts.append(message) }
            guard message.contains("Terminate"), vendor.fault != .deafToTerminate else { return }
            connection.send(text: #"{"type":"Termination","audio_duration_seconds":1,"session_duration_seconds":1}"#)
            connection.close(code: 1000)
        }

        func received(binary: RawSpan, on connection: WebSocketConnection) {
            vendor.seen.withLock { $0.messages[number].append(binary.byteCount) }
            let samples = binary.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
            for sample in samples {
                heard += 1
                if abs(sample) != level { (level, count) = (abs(sample), 0) }
                count += 1
                guard level > 0 else { continue }
                let word = (Int(level) - 3_000) / 80
                if count == 800 { connection.send(text: #"{"type":"SpeechStarted","timestamp":\#((heard - count) / 16)}"#) }
                if count == CountingVendor.word / 2, case .breaks(word, let times) = vendor.fault, number < times {
                    return connection.close(code: 1011)
                }
                if count == CountingVendor.word { say(word, connection) }
            }
        }

        private func say(_ word: Int, _ connection: WebSocketConnection) {
            let start = (heard - count) / 16, end = heard / 16
            connection.send(
                text: #"{"type":"Turn","turn_order":\#(turn),"turn_is_formatted":true,"end_of_turn":true,"transcript":"w\#(word)","#
                    + #""end_of_turn_confidence":1,"words":[{"text":"w\#(word)","start":\#(start),"end":\#(end),"confidence":1,"word_is_final":true}]}"#
            )
            turn += 1
        }

        func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {}
    }
}
