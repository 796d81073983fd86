import Framing
import Net

/// An engine that answers every tenth audio message at once, in turn with an interim and a final, whose one word names the message: `n120`.
struct Vendor: HTTPService {
    static func run(on group: LoopGroup, port: UInt16) async throws {
        guard let address = SocketAddress("127.0.0.1:\(port)") else { return }
        var configuration = HTTPServerConfiguration()
        configuration.maximumConnectionCount = 100_000
        let server = HTTPServer(loops: group.loops, configuration: configuration, service: Vendor())
        say("vendor: \(try server.start(on: address))")
        try await Task.sleep(for: .seconds(3_600))
    }

    func handle(_ exchange: HTTPExchange) {
        _ = exchange.acceptWebSocket(handler: Stream())
    }

    private final class Stream: WebSocketHandler {
        private var messages = 0
        private var bytes = 0
        private var finalBytes = 0

        func received(binary: RawSpan, on connection: WebSocketConnection) {
            messages += 1
            bytes += binary.byteCount
            guard messages % Load.messagesPerAnswer == 0 else { return }
            let isFinal = messages % (2 * Load.messagesPerAnswer) == 0
            connection.send(text: answer(isFinal: isFinal, word: "n\(messages)"))
            if isFinal { finalBytes = bytes }
        }

        func received(text: RawSpan, on connection: WebSocketConnection) {
            let close = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self).contains("CloseStream") }
            if close {
                connection.send(
                    text:
                        #"{"type":"Metadata","request_id":"r","sha256":"incomplete","created":"2026-01-01T00:00:00.000Z","duration":0,"channels":1}"#)
                connection.close()
            }
        }

        func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {}

        /// About 600 bytes, as the vendor's are.
        private func answer(isFinal: Bool, word: String) -> String {
            let start = Double(finalBytes) / 32_000, duration = Double(bytes - finalBytes) / 32_000
            let end = start + duration
            return """
                {"type":"Results","channel_index":[0,1],"duration":\(duration),"start":\(start),"is_final":\(isFinal),"speech_final":false,\
                "from_finalize":false,"channel":{"alternatives":[{"transcript":"\(word)","confidence":0.98,"words":[{"word":"\(word)","start":\(start),\
                "end":\(end),"confidence":0.98,"punctuated_word":"\(word)"}]}]},"metadata":{"request_id":"0d2f6a4e-0000-4000-8000-000000000000",\
                "model_info":{"name":"general-nova-3","version":"2026-01-01.0","arch":"nova-3"},"model_uuid":"1d2f6a4e-0000-4000-8000-000000000000"}}
                """
        }
    }
}
