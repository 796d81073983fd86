import Speech
import Framing
import Net

/// Many live streams of 50 ms frames, their phases spread over the frame period, and how long each answer took from the frame that caused it.
final class Load {
    struct Plan {
        var url: String
        var streams: Int
        var seconds: Int
        var sendsAudio: Bool
    }

    static let messagesPerAnswer = 10
    private static let period = Duration.milliseconds(50)
    /// A tone of 250 Hz, and next to nothing: somebody speaks for half of each second.
    private static let speech: [UInt8] = (0..<800).flatMap { index -> [UInt8] in
        let sample = UInt16(bitPattern: Int16((index % 64 - 32) * 200))
        return [UInt8(truncatingIfNeeded: sample), UInt8(sample >> 8)]
    }
    private static let pause = [UInt8](repeating: 0, count: 1_600)

    private let plan: Plan
    private let loop: Loop

    init(_ plan: Plan, on loop: Loop) {
        self.plan = plan
        self.loop = loop
    }

    func run() async throws {
        guard let target = WebSocketTarget(plan.url) else { return say("{\"error\":\"bad url\"}") }
        let client = WebSocketClient(tls: try TLSClientContext(), resolver: Resolver())
        let plan = plan
        guard let made = await loop.run({ [loop] in LoopBound(Streams(plan, target: target, client: client, loop: loop), on: loop) }) else { return }
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            made.enter { $0.open { done.resume() } }
        }
        say("open")
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            made.enter { $0.send { done.resume() } }
        }
        say(await made.run { $0.report() } ?? "{}")
    }

    /// All streams; belongs to the loop.
    private final class Streams {
        private let plan: Plan
        private let target: WebSocketTarget
        private let client: WebSocketClient
        private let credentials: HTTPHeaders
        private let loop: Loop
        private var streams: [Stream] = []
        private var failures = 0
        private var opening = 0
        private var opened: (() -> Void)?
        private var finished: (() -> Void)?
        private var ends: Instant

        init(_ plan: Plan, target: WebSocketTarget, client: WebSocketClient, loop: Loop) {
            self.plan = plan
            self.target = target
            self.client = client
            self.loop = loop
            credentials = Dialect(path: plan.url).credentials
            ends = loop.now
        }

        /// A few at a time, so that no backlog of handshakes overflows.
        func open(_ done: @escaping () -> Void) {
            opened = done
            for _ in 0..<min(20, plan.streams) { openNext() }
        }

        private func openNext() {
            guard opening < plan.streams else { return }
            opening += 1
            let stream = Stream()
            client.connect(to: target, headers: credentials, on: loop, handler: stream) { [self] result in
                switch result {
                case .success(let connection):
                    stream.connection = connection
                    streams.append(stream)
                case .failure(let error):
                    if failures == 0 { say("{\"error\":\"\(error)\"}") }
                    failures += 1
                }
                if streams.count + failures == plan.streams {
                    opened?()
                    opened = nil
                } else {
                    openNext()
                }
            }
        }

        func send(_ done: @escaping () -> Void) {
            finished = done
            ends = loop.now + .seconds(plan.seconds)
            guard plan.sendsAudio else {
                keepAlive()
                return
            }
            let start = loop.now + .milliseconds(20)
            // One timer for all streams of a millisecond.
            let buckets = 50
            for bucket in 0..<buckets {
                let members = streams.indices.filter { $0 % buckets == bucket }.map { streams[$0] }
                tick(members, at: start + .milliseconds(bucket))
            }
        }

        private func tick(_ members: [Stream], at due: Instant) {
            loop.schedule(at: due) { [self] in
                guard due < ends else {
                    finish()
                    return
                }
                for stream in members { stream.sendFrame() }
                tick(members, at: due + Load.period)
            }
        }

        private func keepAlive() {
            for stream in streams { stream.connection?.send(text: #"{"type":"KeepAlive"}"#) }
            guard loop.now < ends else {
                finish()
                return
            }
            loop.schedule(at: loop.now + .seconds(4)) { [self] in keepAlive() }
        }

        private func finish() {
            guard let done = finished else { return }
            finished = nil
            // Answers to the last frames.
            loop.schedule(at: loop.now + .milliseconds(500)) { done() }
        }

        func report() -> String {
            let latencies = streams.flatMap(\.latencies).sorted()
            func at(_ share: Double) -> Double { latencies.isEmpty ? 0 : latencies[min(latencies.count - 1, Int(Double(latencies.count) * share))] }
            let sent = streams.reduce(0) { $0 + $1.sent }
            return """
                {"streams":\(streams.count),"failed":\(failures),"closed":\(streams.count { $0.isClosed }),"frames":\(sent),\
                "answers":\(latencies.count),"expected":\(streams.reduce(0) { $0 + $1.sent / Load.messagesPerAnswer }),\
                "p50_ms":\(at(0.5)),"p90_ms":\(at(0.9)),"p99_ms":\(at(0.99)),"max_ms":\(latencies.last ?? 0)}
                """
        }
    }

    private final class Stream: WebSocketHandler {
        var connection: WebSocketConnection?
        private(set) var sent = 0
        private(set) var isClosed = false
        /// In milliseconds.
        private(set) var latencies: [Double] = []
        private var asked: [Int: Instant] = [:]

        func sendFrame() {
            guard let connection, !isClosed else { return }
            let frame = sent % 20 < 10 ? Load.speech : Load.pause
            sent += 1
            if sent % Load.messagesPerAnswer == 0 { asked[sent] = .now }
            connection.send(binary: frame)
        }

        func received(text: RawSpan, on connection: WebSocketConnection) {
            guard let number = text.withUnsafeBytes(Self.word), let at = asked.removeValue(forKey: number) else { return }
            let (seconds, attoseconds) = (Instant.now - at).components
            latencies.append(Double(seconds) * 1e3 + Double(attoseconds) * 1e-15)
        }

        func received(binary: RawSpan, on connection: WebSocketConnection) {}

        func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) { isClosed = true }

        private static let key = Array(#""transcript":""#.utf8)

        /// The number in `"transcript":"n120"`, or in `"N120."`, as a formatter may write it.
        private static func word(_ bytes: UnsafeRawBufferPointer) -> Int? {
            search: for start in 0..<max(0, bytes.count - key.count) {
                for index in key.indices where bytes[start + index] != key[index] { continue search }
                return Int(String(decoding: bytes[(start + key.count)...].dropFirst().prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self))
            }
            return nil
        }
    }
}
