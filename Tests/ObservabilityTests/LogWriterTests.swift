import HarkenTesting
@testable import Observability
import Speech
import Synchronization
import Testing

@testable import Observability

@Suite(.hangLimit) struct `A log writer` {
    @Test func `stops nobody when nobody reads, and tells what was lost when somebody does`() async throws {
        let pipe = try StuckPipe()
        let dropped = Mutex(0)
        let writer = try LogWriter(descriptor: pipe.input, maxLines: 100, now: { UnixTime(milliseconds: 0) }) { dropped.withLock { $0 += 1 } }
        let line = String(repeating: "x", count: 999) + "\n"
        // A pipe holds 64 KB, the queue 100 lines, and one is in the writer's hand.
        for _ in 0..<1_000 { writer.write(line) }
        let lost = dropped.withLock { $0 }
        #expect(lost > 700)
        // Nobody reads: it returns when its time is over.
        writer.flush(within: .milliseconds(50))
        // Each line is written or told to be missing, once. How often losses are told is a matter of how fast the pipe filled.
        var text = ""
        try await until {
            text += pipe.read()
            return Self.written(text) + Self.missing(text) >= 1_000
        }
        #expect(Self.missing(text) == lost)
        #expect(Self.written(text) == 1_000 - lost)
        #expect(text.contains("\n1970-01-01T00:00:00.000Z warning ") && text.contains(" lines dropped: the log was not read count="))
    }

    private static func written(_ text: String) -> Int { text.split(separator: "\n").count { $0.hasPrefix("x") } }

    private static func missing(_ text: String) -> Int {
        text.split(separator: "\n").reduce(0) { $0 + ($1.split(separator: "count=").last.flatMap { Int($0) } ?? 0) }
    }

    @Test func `has written everything after a flush`() throws {
        let pipe = try StuckPipe()
        let writer = try LogWriter(descriptor: pipe.input)
        for number in 0..<500 { writer.write("line \(number)\n") }
        writer.flush(within: .seconds(600))
        #expect(pipe.read().split(separator: "\n").map(String.init) == (0..<500).map { "line \($0)" })
    }
}
