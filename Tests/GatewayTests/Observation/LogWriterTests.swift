import HarkenTesting
import Speech
import Synchronization
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct `A log writer` {
    @Test func `stops nobody when nobody reads, and tells what was lost when somebody does`() async throws {
        let pipe = StuckPipe()
        let dropped = Mutex(0)
        let writer = try LogWriter(descriptor: pipe.input, maxLines: 100, now: { UnixTime(milliseconds: 0) }) { dropped.withLock { $0 += 1 } }
        let line = String(repeating: "x", count: 999) + "\n"
        // A pipe holds 64 KB, the queue 100 lines, and one is in the writer's hand.
        for _ in 0..<1_000 { writer.write(line) }
        let lost = dropped.withLock { $0 }
        #expect((800...900).contains(lost))
        let started = ContinuousClock.now
        writer.flush(within: .milliseconds(50))
        #expect(started.duration(to: .now) < .seconds(5))
        var text = ""
        try await until {
            text += pipe.read()
            return text.contains("dropped")
        }
        #expect(text.hasSuffix("1970-01-01T00:00:00.000Z warning \(lost) lines dropped: the log was not read count=\(lost)\n"))
        #expect(text.split(separator: "\n").count == 1_000 - lost + 1)
    }

    @Test func `has written everything after a flush`() throws {
        let pipe = StuckPipe()
        let writer = try LogWriter(descriptor: pipe.input)
        for number in 0..<500 { writer.write("line \(number)\n") }
        writer.flush(within: .seconds(30))
        #expect(pipe.read().split(separator: "\n").map(String.init) == (0..<500).map { "line \($0)" })
    }
}
