import Framing
import HarkenTesting
import Net
import Synchronization
import Testing
import Tracing

@Suite(.hangLimit) struct `The span exporter` {
    /// A collector on a real socket, that answers by turns.
    private final class Collector: HTTPService {
        struct Answer: Sendable {
            var status: HTTPStatus = .ok
            var headers: HTTPHeaders = ["Content-Type": "application/json"]
            var body = "{}"
        }

        let bodies = Mutex<[String]>([])
        let heads = Mutex<[HTTPRequestHead]>([])
        private let answers: Mutex<[Answer]>

        init(_ answers: [Answer]) { self.answers = Mutex(answers) }

        func handle(_ exchange: HTTPExchange) {
            exchange.collectBody(limit: 1 << 24) { [self] result in
                guard case .success(let body) = result else { return }
                bodies.withLock { $0.append(String(decoding: body, as: UTF8.self)) }
                heads.withLock { $0.append(exchange.request) }
                let answer = answers.withLock { $0.isEmpty ? Answer() : $0.removeFirst() }
                exchange.respond(HTTPResponseHead(answer.status, headers: answer.headers), body: Array(answer.body.utf8))
            }
        }
    }

    private final class Reports: Sendable {
        private let all = Mutex<[SpanExporter.Report]>([])
        func add(_ report: SpanExporter.Report) { all.withLock { $0.append(report) } }
        var seen: [SpanExporter.Report] { all.withLock { $0 } }
    }

    private func spans(_ count: Int) -> [Span] {
        (1...count).map {
            Span(
                trace: TraceID(high: 1, low: 1), id: SpanID(UInt64($0)), parent: nil, name: "n", kind: .inside, start: TraceTime(nanoseconds: 1),
                end: TraceTime(nanoseconds: 2))
        }
    }

    private func with(
        answers: [Collector.Answer] = [], _ change: (inout SpanExporter.Limits) -> Void = { _ in },
        _ body: (SpanExporter, Collector, Reports) async throws -> Void
    ) async throws {
        let collector = Collector(answers)
        let group = try LoopGroup(count: 1)
        let server = HTTPServer(loops: group.loops, service: collector)
        let port = try server.start(on: try #require(SocketAddress("127.0.0.1:0"))).port
        let client = try HTTPClient()
        var limits = SpanExporter.Limits()
        limits.retryDelay = .milliseconds(5)
        limits.delay = .milliseconds(20)
        change(&limits)
        let reports = Reports()
        let settings = TraceSettings(url: "http://127.0.0.1:\(port)/v1/traces", headers: ["Authorization": "secret"])
        let exporter = SpanExporter(settings, client: client, limits: limits) { reports.add($0) }
        do {
            try await body(exporter, collector, reports)
        } catch {
            Issue.record(error)
        }
        await exporter.finish(within: .seconds(60))
        server.stop()
        client.shutdown()
        group.shutdown()
    }

    @Test func `sends what it was given, by itself`() async throws {
        try await with { exporter, collector, reports in
            exporter.take(spans(3))
            try await until { !reports.seen.isEmpty }
            #expect(reports.seen == [.exported(3)])
            let head = try #require(collector.heads.withLock { $0.first })
            #expect(head.path == "/v1/traces")
            #expect(head.headers["Content-Type"] == "application/json")
            #expect(head.headers["Authorization"] == "secret")
            #expect(collector.bodies.withLock { $0.first }?.contains("0000000000000003") == true)
        }
    }

    @Test func `sends in batches, in order`() async throws {
        try await with({ $0.batch = 10 }) { exporter, collector, reports in
            exporter.take(spans(25))
            await exporter.flush()
            #expect(reports.seen == [.exported(10), .exported(10), .exported(5)])
            #expect(collector.bodies.withLock { $0.last }?.contains("0000000000000015") == true)
        }
    }

    @Test func `drops and counts what is beyond its queue, and waits for nothing`() async throws {
        try await with({ $0.waiting = 10 }) { exporter, _, reports in
            exporter.take(spans(25))
            await exporter.flush()
            #expect(reports.seen == [.dropped(15, .queueFull), .exported(10)])
        }
    }

    @Test func `sends again what a busy collector could not take`() async throws {
        let busy = Collector.Answer(status: .serviceUnavailable, headers: ["Retry-After": "0"])
        try await with(answers: [busy, Collector.Answer(status: .tooManyRequests)]) { exporter, collector, reports in
            exporter.take(spans(1))
            await exporter.flush()
            #expect(reports.seen == [.exported(1)])
            #expect(collector.bodies.withLock { $0.count } == 3)
        }
    }

    @Test func `gives up on a collector that stays busy`() async throws {
        let busy = Collector.Answer(status: .serviceUnavailable)
        try await with(answers: Array(repeating: busy, count: 3)) {
            $0.attempts = 3
        } _: { exporter, collector, reports in
            exporter.take(spans(2))
            await exporter.flush()
            #expect(reports.seen == [.dropped(2, .unavailable)])
            exporter.take(spans(1))
            await exporter.flush()
            #expect(reports.seen.last == .exported(1))
        }
    }

    @Test func `does not send again what was rejected`() async throws {
        try await with(answers: [Collector.Answer(status: .badRequest)]) { exporter, collector, reports in
            exporter.take(spans(2))
            await exporter.flush()
            #expect(reports.seen == [.dropped(2, .rejected)])
            #expect(collector.bodies.withLock { $0.count } == 1)
        }
    }

    @Test func `counts what a collector took only in part`() async throws {
        let part = Collector.Answer(body: #"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"no"}}"#)
        try await with(answers: [part]) { exporter, _, reports in
            exporter.take(spans(5))
            await exporter.flush()
            #expect(reports.seen == [.exported(3), .dropped(2, .rejected)])
        }
    }

    @Test func `sends what waits when it is finished, and takes nothing after`() async throws {
        try await with({ $0.delay = .seconds(3_600) }) { exporter, collector, reports in
            exporter.take(spans(4))
            await exporter.finish(within: .seconds(60))
            #expect(reports.seen == [.exported(4)])
            exporter.take(spans(1))
            #expect(reports.seen.last == .dropped(1, .queueFull))
        }
    }

    @Test func `ends in time though nobody takes anything`() async throws {
        let client = try HTTPClient()
        let reports = Reports()
        // A port that nobody listens on.
        let exporter = SpanExporter(TraceSettings(url: "http://127.0.0.1:1/v1/traces"), client: client) { reports.add($0) }
        exporter.take(spans(4))
        await exporter.finish(within: .seconds(60))
        #expect(reports.seen == [.dropped(4, .unavailable)])
        client.shutdown()
    }
}
