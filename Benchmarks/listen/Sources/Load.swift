import Speech
import Framing
import Net

/// Many live `/listen` streams of Opus packets, each at another place of the track, and what comes back.
final class Load {
    struct Plan {
        var url: String
        var streams: Int
        var seconds: Int
    }

    private static let period = Duration.milliseconds(Track.packetMilliseconds)

    private let plan: Plan
    private let track: Track
    private let loop: Loop

    init(_ plan: Plan, track: Track, on loop: Loop) {
        self.plan = plan
        self.track = track
        self.loop = loop
    }

    func run() async throws {
        let client = WebSocketClient(tls: try TLSClientContext(), resolver: Resolver())
        let plan = plan, track = track
        guard let made = await loop.run({ [loop] in LoopBound(Streams(plan, track, client: client, loop: loop), on: loop) }) else { return }
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
        private let track: Track
        private let client: WebSocketClient
        private let loop: Loop
        private var streams: [Stream] = []
        private var failures = 0
        private var opening = 0
        private var opened: (() -> Void)?
        private var finished: (() -> Void)?
        private var ends: Instant
        /// Of ticks.
        private var latest = Duration.zero

        init(_ plan: Plan, _ track: Track, client: WebSocketClient, loop: Loop) {
            self.plan = plan
            self.track = track
            self.client = client
            self.loop = loop
            ends = loop.now
        }

        /// A few at a time, so that no backlog of handshakes overflows.
        func open(_ done: @escaping () -> Void) {
            opened = done
            for _ in 0..<min(20, plan.streams) { openNext() }
        }

        private func openNext() {
            guard opening < plan.streams else { return }
            let number = opening
            opening += 1
            // Otherwise all would be one user's one conversation.
            let name = String(number)
            let id = "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - name.count) + name
            guard let target = WebSocketTarget(plan.url + "&client_conversation_id=" + id) else {
                failures += 1
                return
            }
            let stream = Stream(from: number * track.packets.count / plan.streams)
            client.connect(to: target, headers: HTTPHeaders(), on: loop, handler: stream) { [self] result in
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
            let start = loop.now + .milliseconds(20)
            // One timer for all streams of a millisecond.
            for bucket in 0..<Track.packetMilliseconds {
                let members = streams.indices.filter { $0 % Track.packetMilliseconds == bucket }.map { streams[$0] }
                tick(members, at: start + .milliseconds(bucket))
            }
        }

        private func tick(_ members: [Stream], at due: Instant) {
            loop.schedule(at: due) { [self] in
                guard due < ends else { return finish() }
                latest = max(latest, .now - due)
                for stream in members { stream.sendPacket(of: track.packets) }
                tick(members, at: due + Load.period)
            }
        }

        private func finish() {
            guard let done = finished else { return }
            finished = nil
            // What the last packets set off.
            loop.schedule(at: loop.now + .milliseconds(500)) { done() }
        }

        func report() -> String {
            """
            {"streams":\(streams.count),"failed":\(failures),"closed":\(streams.count { $0.closed != nil }),\
            "close_code":\(streams.lazy.compactMap(\.closed).first?.code ?? 0),\
            "packets":\(streams.reduce(0) { $0 + $1.sent }),"segments":\(streams.reduce(0) { $0 + $1.arrays }),\
            "heard":\(streams.count { $0.arrays > 0 }),"speech_share":\(track.speechShare),"late_ms":\(latest / .milliseconds(1))}
            """
        }
    }

    private final class Stream: WebSocketHandler {
        var connection: WebSocketConnection?
        private(set) var sent = 0
        /// Messages of segments that came.
        private(set) var arrays = 0
        /// Why it was closed; nil: it was not.
        private(set) var closed: WebSocketClose?
        private var next: Int

        init(from first: Int) { next = first }

        func sendPacket(of packets: [[UInt8]]) {
            guard let connection, closed == nil else { return }
            connection.send(binary: packets[next])
            next = (next + 1) % packets.count
            sent += 1
        }

        func received(text: RawSpan, on connection: WebSocketConnection) {
            if text.withUnsafeBytes({ $0.first }) == UInt8(ascii: "[") { arrays += 1 }
        }

        func received(binary: RawSpan, on connection: WebSocketConnection) {}

        func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) { closed = close }
    }
}
