import Glibc
import Speech
import Store

/// Keeps a ledger until it is killed: attempts begin and end, several at once, and are booked meanwhile. It says on standard error what is on the disk for
/// sure: `begun ID` and `ended ID`.
///
/// Arguments: the data directory, a prefix for ids, and how many attempts.
@main enum Main {
    private static let atOnce = 8

    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 4, let count = Int(words[3]) else { exit(2) }
        let ledger = SQLUsageStore(in: try SQLiteDatabase(in: DataDirectory(creating: words[1])))
        _ = try await ledger.interrupt(startedBefore: nil, now: .init(milliseconds: 1_790_000_000_000))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { while !Task.isCancelled { try await ledger.bookAll() } }
            for worker in 0..<atOnce {
                group.addTask {
                    for number in stride(from: worker, to: count, by: atOnce) {
                        var run = UsageRecord(
                            id: ID("\(words[2])-\(number)"), user: ID("user\(number % 3)"), engine: EngineName("deepgram"), model: "nova-3",
                            workload: .background, kind: .recording, started: UnixTime(milliseconds: 1_790_000_000_000))
                        try await ledger.note(run)
                        say("begun \(run.id)")
                        run.status = .succeeded
                        run.completed = UnixTime(milliseconds: 1_790_000_000_000 + Int64(number % 3) * 86_400_000)
                        run.audio = .milliseconds(number + 1)
                        run.billable = run.audio
                        run.billing = .certain
                        run.cost = USDollars(hundredMillionths: Int64(number))
                        try await ledger.note(run)
                        say("ended \(run.id)")
                    }
                }
            }
            for _ in 0..<atOnce { try await group.next() }
            // The kill comes, however long the test waits for its turn.
            try await group.next()
        }
    }

    /// One write, so that lines stay whole.
    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
