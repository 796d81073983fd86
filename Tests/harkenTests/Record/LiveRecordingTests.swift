import Foundation
@testable import HarkenKit
import HarkenTesting
import Net
import Recorder
import Synchronization
import Testing

@testable import harken

/// `harken record --managed` against a server in this process, with a microphone of the test's.
@Suite(.hangLimit) struct `A live recording` {
    /// A managed server that says its last words when the test lets it.
    private final class ManagedServer: HTTPService, WebSocketHandler {
        private let client = Mutex<WebSocketConnection?>(nil)
        private let ends = Atomic(false)

        /// True once the client has said that no more audio comes.
        var isEnding: Bool { ends.load(ordering: .acquiring) }

        func handle(_ exchange: HTTPExchange) { _ = exchange.acceptWebSocket(handler: self) }

        func received(text: RawSpan, on connection: WebSocketConnection) {
            let message = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            if message.contains(#""auth""#) {
                client.withLock { $0 = connection }
                connection.send(text: #"{"type":"ready","session_id":"s","model":"m","seconds_remaining":null}"#)
            }
            if message.contains(#""end""#) { ends.store(true, ordering: .releasing) }
        }

        func received(binary: RawSpan, on connection: WebSocketConnection) {
            connection.send(text: #"{"type":"transcript","text":"spoken until the end","is_final":false}"#)
        }

        func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {}

        func sayLastWords(on loop: Loop) {
            loop.execute { [self] in
                guard let connection = client.withLock({ $0 }) else { return }
                connection.send(text: #"{"type":"transcript","text":"spoken until the end","is_final":true}"#)
                connection.send(text: #"{"type":"session_end","seconds_used":1,"reason":"client_end"}"#)
                connection.close(code: 1000, reason: "")
            }
        }
    }

    @Test func `shows the words that come after it is interrupted`() async throws {
        let folder = TemporaryFolder()
        let service = ManagedServer()
        let group = try LoopGroup(count: 1)
        let server = HTTPServer(loops: group.loops, service: service)
        let address = "ws://" + (try server.start(on: SocketAddress(.loopback, port: 0))).description
        defer {
            server.stop()
            group.shutdown()
        }
        let written = try WrittenContext(in: folder)
        let context = written.context
        let made = Mutex<SilentMicrophone?>(nil)
        let engine = ManagedRecording(server: address, token: "t") { deliver, _, _ in
            let microphone = SilentMicrophone(deliver)
            made.withLock { $0 = microphone }
            return microphone
        }
        let work = Task { await LiveRecording(engine: engine, gateway: nil, json: true).run(context) }
        let microphone = try await untilSome { made.withLock { $0 } }
        try await until { !microphone.isStopped }
        microphone.say([Int16](repeating: 1_000, count: 16_000))
        try await until { try written.output().contains("interim") }
        work.cancel()
        try await until { service.isEnding }
        service.sayLastWords(on: group.loops[0])
        #expect(await work.value == .done)
        let output = try written.output()
        #expect(output.contains(#"{"type":"final","text":"spoken until the end"}"#), "\(output)")
    }
}
