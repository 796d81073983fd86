import Foundation
@testable import HarkenKit
import HarkenTesting
import Net
import Recorder
import Speech
import Synchronization
import Testing

@testable import harken

/// `harken record --managed` and `--byok` against a server in this process, with a microphone of the test's.
@Suite(.hangLimit) struct `A live recording` {
    enum Kind: CaseIterable, Sendable { case managed, byok }

    /// A managed server or Deepgram, which has an interim for all audio, and says its last words behind the end of the audio.
    private final class RecordingServer: HTTPService, WebSocketHandler {
        private let kind: Kind
        private let loop: Loop
        /// Time from the end of the audio to the last words; nil: the test says when.
        private let delay: Duration?
        private let client = Mutex<WebSocketConnection?>(nil)
        private let opened = Atomic(0)
        private let ends = Atomic(false)

        init(_ kind: Kind, on loop: Loop, delay: Duration?) {
            self.kind = kind
            self.loop = loop
            self.delay = delay
        }

        /// True once the client has said that no more audio comes.
        var isEnding: Bool { ends.load(ordering: .acquiring) }
        /// Number of connections so far.
        var connections: Int { opened.load(ordering: .acquiring) }

        func handle(_ exchange: HTTPExchange) {
            opened.add(1, ordering: .releasing)
            client.withLock { [self] in $0 = exchange.acceptWebSocket(handler: self) }
        }

        func received(text: RawSpan, on connection: WebSocketConnection) {
            let message = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            if message.contains(#""auth""#) {
                connection.send(text: #"{"type":"ready","session_id":"s","model":"m","seconds_remaining":null}"#)
            }
            guard message.contains(#""end""#) || message.contains("CloseStream"), !isEnding else { return }
            ends.store(true, ordering: .releasing)
            // real time: the vendor takes so long, and nothing is judged by it
            if let delay { _ = loop.schedule(at: loop.now + delay) { [self] in answer() } }
        }

        func received(binary: RawSpan, on connection: WebSocketConnection) { say("spoken", isFinal: false, to: connection) }

        func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {}

        func sayLastWords() { loop.execute { [self] in answer() } }

        private func answer() {
            guard let connection = client.withLock({ $0 }) else { return }
            say("spoken until the end", isFinal: true, to: connection)
            switch kind {
            case .managed: connection.send(text: #"{"type":"session_end","seconds_used":1,"reason":"client_end"}"#)
            case .byok:
                connection.send(
                    text: #"{"type":"Metadata","request_id":"1","sha256":"0","created":"2026-11-22T00:00:00.000Z","duration":1,"channels":1}"#)
            }
            connection.close(code: 1000, reason: "")
        }

        private func say(_ words: String, isFinal: Bool, to connection: WebSocketConnection) {
            guard kind == .byok else {
                return connection.send(text: #"{"type":"transcript","text":"\#(words)","is_final":\#(isFinal)}"#)
            }
            let list = words.split(separator: " ").enumerated().map { index, word in
                let start = Double(index) / 8, end = start + 0.125
                return #"{"word":"\#(word)","punctuated_word":"\#(word)","start":\#(start),"end":\#(end),"confidence":1}"#
            }
            let alternative = #"{"transcript":"\#(words)","confidence":1,"words":[\#(list.joined(separator: ","))]}"#
            connection.send(
                text: #"{"type":"Results","channel_index":[0,1],"start":0,"duration":1,"is_final":\#(isFinal),"speech_final":\#(isFinal),"#
                    + #""channel":{"alternatives":[\#(alternative)]}}"#)
        }
    }

    /// Records a second, and interrupts the recording.
    ///
    /// - Parameter interrupted: called once the server knows that no more audio comes, with the time for the last words.
    /// - Returns: the exit status, the output, and the number of connections.
    private func record(
        _ kind: Kind, delay: Duration?, interrupted: (RecordingServer, HeldTime) -> Void = { _, _ in }
    ) async throws -> (status: harken.ExitStatus, output: String, connections: Int) {
        let folder = TemporaryFolder(), group = try LoopGroup(count: 1)
        let service = RecordingServer(kind, on: group.loops[0], delay: delay)
        let server = HTTPServer(loops: group.loops, service: service)
        let address = "ws://" + (try server.start(on: SocketAddress(.loopback, port: 0))).description
        defer {
            server.stop()
            group.shutdown()
        }
        let written = try WrittenContext(in: folder)
        let context = written.context
        let made = Mutex<SilentMicrophone?>(nil), time = HeldTime()
        let source: MicrophoneSource = { deliver, _, _ in
            let microphone = SilentMicrophone(deliver)
            made.withLock { $0 = microphone }
            return microphone
        }
        let engine: any HarkenKit.RecordingEngine =
            switch kind {
            case .managed: ManagedRecording(server: address, token: "t", wait: time.wait, microphone: source)
            case .byok: BYOKRecording(vendor: "deepgram", key: "k", baseURL: address, wait: time.wait, microphone: source)
            }
        let work = Task { await LiveRecording(engine: engine, gateway: nil, json: true).run(context) }
        let microphone = try await untilSome { made.withLock { $0 } }
        try await until { !microphone.isStopped }
        microphone.say([Int16](repeating: 1_000, count: 16_000))
        try await until { try written.output().contains("interim") }
        work.cancel()
        try await until { service.isEnding }
        interrupted(service, time)
        return (await work.value, try written.output(), service.connections)
    }

    private let lastWords = #"{"type":"final","text":"spoken until the end"}"#

    @Test(arguments: Kind.allCases) func `shows the words that come after it is interrupted`(kind: Kind) async throws {
        let run = try await record(kind, delay: nil) { server, _ in server.sayLastWords() }
        #expect(run.status == .done && run.output.contains(lastWords) && run.connections == 1, "\(run)")
    }

    @Test(arguments: Kind.allCases, [Duration.zero, .milliseconds(200), .milliseconds(600), .seconds(2)])
    func `waits for the words that come this long after its end`(kind: Kind, delay: Duration) async throws {
        let run = try await record(kind, delay: delay)
        #expect(run.status == .done && run.output.contains(lastWords) && run.connections == 1, "\(run)")
    }

    @Test(arguments: Kind.allCases) func `ends in order, on one connection, when no last words come`(kind: Kind) async throws {
        let run = try await record(kind, delay: nil) { _, time in time.pass() }
        #expect(run.status == .done && !run.output.contains("final") && run.connections == 1, "\(run)")
    }
}
