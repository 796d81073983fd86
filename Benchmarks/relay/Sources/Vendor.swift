import Framing
import Net

/// An engine that answers every tenth audio message at once, in turn with an interim and a final, whose one word names the message: `n120`;
/// and at once with a final what it is asked to make final.
struct Vendor: HTTPService {
    static func run(on group: LoopGroup, port: UInt16) async throws {
        guard let address = SocketAddress("127.0.0.1:\(port)") else { return }
        var configuration = HTTPServerConfiguration()
        configuration.maxConnectionCount = 100_000
        let server = HTTPServer(loops: group.loops, configuration: configuration, service: Vendor())
        say("vendor: \(try server.start(on: address))")
        try await Task.sleep(for: .seconds(3_600))
    }

    func handle(_ exchange: HTTPExchange) {
        let dialect = Dialect(path: exchange.request.path)
        let connection = exchange.acceptWebSocket(handler: Stream(dialect))
        if let greeting = dialect.greeting { connection?.send(text: greeting) }
    }

    private final class Stream: WebSocketHandler {
        private let dialect: Dialect
        private var messages = 0
        private var bytes = 0
        private var finalBytes = 0
        private var turn = 0

        init(_ dialect: Dialect) { self.dialect = dialect }

        func received(binary: RawSpan, on connection: WebSocketConnection) {
            messages += 1
            bytes += binary.byteCount
            guard messages % Load.messagesPerAnswer == 0 else { return }
            let isFinal = messages % (2 * Load.messagesPerAnswer) == 0
            connection.send(text: answer(isFinal: isFinal))
            if isFinal {
                finalBytes = bytes
                turn += 1
            }
        }

        func received(text: RawSpan, on connection: WebSocketConnection) {
            let text = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            if dialect.isFlush(text) { return finalize(connection) }
            guard dialect.isFarewell(text) else { return }
            connection.send(text: dialect.farewell)
            connection.close()
        }

        /// Everything is final: it was asked for.
        private func finalize(_ connection: WebSocketConnection) {
            guard finalBytes < bytes else { return }
            connection.send(text: answer(isFinal: true, isAsked: true))
            finalBytes = bytes
            turn += 1
        }

        private func answer(isFinal: Bool, isAsked: Bool = false) -> String {
            let seconds = Double(finalBytes) / 32_000..<Double(bytes) / 32_000
            return dialect.answer(isFinal: isFinal, isAsked: isAsked, turn: turn, word: "n\(messages)", seconds: seconds)
        }

        func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {}
    }
}
