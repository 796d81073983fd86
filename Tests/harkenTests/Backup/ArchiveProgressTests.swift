import HarkenTesting
import Speech
import Synchronization
import Testing

@testable import harken

@Suite(.hangLimit) struct `The line of a backup` {
    private let terminal: TestTerminal
    private let context: CommandContext

    init() throws {
        terminal = try TestTerminal()
        context = CommandContext(environment: [:], diagnostics: StandardStream(descriptor: terminal.line))
    }

    private func progress(_ context: CommandContext) -> ArchiveProgress {
        var progress = ArchiveProgress("a.tar", in: context)
        progress.interval = .milliseconds(1)
        return progress
    }

    @Test(arguments: [
        (0, 1_955_000_000 as Int?, "a.tar  0 %  0 of 1955 MB"), (820_900_000, 1_955_000_000, "a.tar  41 %  820 of 1955 MB"),
        (2_000_000_000, 1_955_000_000, "a.tar  100 %  2000 of 1955 MB"), (0, 0, "a.tar  0 %  0 of 0 MB"), (61_500_000, nil, "a.tar  61 MB"),
    ])
    func `has the bytes, and how many there will be if that is known`(done: Int, total: Int?, text: String) {
        #expect(ProgressLine.text("a.tar", bytes: done, of: total) == text)
    }

    @Test func `shows each step at its beginning, however short the one before was`() async throws {
        let progress = progress(context)
        progress.show("copying the files")
        progress.show("checking the database")
        let count = progress.counter("checksums", of: 4_000_000)
        count(1_000_000)
        // The system passes on what was written in its own time.
        var shown = ""
        try await until(showing: shown) {
            shown += terminal.shown()
            return ["copying the files", "checking the database", "checksums"].allSatisfy { shown.contains("a.tar  \($0)\u{1B}[K") }
        }
    }

    @Test func `looks at what a step has written until the step is over`() async throws {
        let written = Mutex(0), line = progress(context)
        var shown = ""
        try await line.watch("copying", of: 4_000_000, written: { written.withLock { $0 } }) {
            for (bytes, text) in [(1_000_000, "copying  25 %  1 of 4 MB"), (3_000_000, "copying  75 %  3 of 4 MB")] {
                written.withLock { $0 = bytes }
                try await until {
                    shown += terminal.shown()
                    return shown.contains(text)
                }
            }
        }
        line.show("done")
        written.withLock { $0 = 4_000_000 }
        try await until {
            shown += terminal.shown()
            return shown.contains("done")
        }
        #expect(!shown.contains("100 %"))
    }

    @Test func `neither looks nor writes where nobody sees the line`() async throws {
        var quiet = context
        quiet.verbosity = .quiet
        let looks = Mutex(0), line = progress(quiet)
        let value = try await line.watch(
            "copying", of: 4_000_000,
            written: {
                looks.withLock { $0 += 1 }; return 0
            }
        ) {
            try await Task.sleep(for: .milliseconds(50))  // real time: some looks would have come by then
            return 7
        }
        line.counter("checksums", of: 9)(9)
        #expect(value == 7 && looks.withLock { $0 } == 0)
        #expect(terminal.shown() == "")
    }
}
