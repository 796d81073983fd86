@testable import Observability
import Speech
import Synchronization
import Testing

@Suite struct `A log` {
    private func lines(level: Log.Level = .info, _ body: (Log) -> Void) -> [String] {
        let lines = Lines()
        body(Log(level: level, now: { UnixTime(milliseconds: 0) }, write: { line in lines.all.withLock { $0.append(line) } }))
        return lines.all.withLock { $0 }
    }

    @Test func `writes a line with its time, level, message and keys`() {
        #expect(
            lines { $0.info("session started", [.session: "abc", .count: "3"]) } == [
                "1970-01-01T00:00:00.000Z info session started session.id=abc count=3\n"
            ])
    }

    @Test func `writes one JSON object in a line`() {
        let lines = Lines()
        let log = Log(level: .info, format: .json, now: { UnixTime(milliseconds: 0) }, write: { line in lines.all.withLock { $0.append(line) } })
        log.warning("odd", [.reason: "a\n\"b\"", .count: "3"])
        #expect(
            lines.all.withLock { $0 } == [
                #"{"time":"1970-01-01T00:00:00.000Z","level":"warning","message":"odd","reason":"a\n\"b\"","count":"3"}"# + "\n"
            ])
    }

    @Test(arguments: [(Duration.zero, "0.000"), (.microseconds(63), "0.000"), (.milliseconds(5_094), "5.094"), (.seconds(61), "61.000")])
    func `has durations with three decimals`(duration: Duration, text: String) {
        #expect(duration.logged == text)
    }

    @Test func `cannot be made to write a second line by a value`() {
        let written = lines { $0.warning("odd", [.reason: "a\nfake error=1 \u{202E}"]) }
        #expect(written.count == 1)
        #expect(written[0].count { $0 == "\n" } == 1)
        #expect(written[0].contains(#"reason="a\u{a}fake error=1 \u{202e}""#))
    }

    @Test(arguments: ["x", "é"]) func `cuts a value that is too long`(character: String) {
        let written = lines { $0.info("odd", [.path: String(repeating: character, count: 20_000)]) }
        #expect(written[0].utf8.count < 1_200)
    }

    @Test func `leaves out what is below its level`() {
        #expect(lines(level: .warning) { $0.info("quiet") } == [])
    }
}

private final class Lines: Sendable {
    let all = Mutex<[String]>([])
}
