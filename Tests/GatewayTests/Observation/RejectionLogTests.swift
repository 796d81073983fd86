import Framing
import Glibc
import HarkenTesting
import Net
@testable import Observability
import Speech
import Synchronization
import Testing

@testable import Gateway

@Suite(.hangLimit) struct `The log of rejections` {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
        var log: Log { Log(level: .info, write: { line in self.all.withLock { $0.append(line) } }) }
        var rejections: [String] { all.withLock { $0 }.filter { $0.contains("refused") } }
    }

    @Test func `names no method that a client made up`() async throws {
        let lines = Lines()
        try await TestGateway.with(keys: TestKeys(valid: []), log: lines.log) { gateway in
            let answer = try await gateway.send(HTTPMethod(String(repeating: "Q", count: 8_000)), "/v1/listen")
            #expect(answer.status == 405)
        }
        try #require(lines.rejections.count == 1)
        #expect(lines.rejections[0].contains(" method=other ") && lines.rejections[0].utf8.count < 300)
    }

    @Test func `has ten lines of an address that is rejected fifty times`() async throws {
        let lines = Lines()
        try await TestGateway.with(keys: TestKeys(valid: ["good"]), log: lines.log) { gateway in
            for _ in 0..<50 {
                let status = try await gateway.send(.get, "/v1/models").status
                #expect(status == 401)
            }
        }
        #expect(lines.rejections.count == 10)
    }

    @Test func `stops no request when nobody reads it`() async throws {
        let pipe = try StuckPipe()
        let writer = try LogWriter(descriptor: pipe.input, maxLines: 100)
        // As many lines as fill the pipe several times over, whatever is sampled.
        let log = Log(level: .info, write: { line in for _ in 0..<100 { writer.write(line) } })
        try await TestGateway.with(keys: TestKeys(valid: ["good"]), log: log) { gateway in
            for _ in 0..<50 {
                let status = try await gateway.send(.get, "/v1/models").status
                #expect(status == 401)
            }
            #expect(try await gateway.send(.get, "/health").status == 200)
        }
    }
}
