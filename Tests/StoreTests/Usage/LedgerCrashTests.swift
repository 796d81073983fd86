import Foundation
import HarkenTesting
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `The usage ledger after a crash` {
    private let folder = TemporaryFolder()

    /// How many runs there are; more in `make verify`.
    private static let count = TestMatrices.areWhole ? 10_000 : 2_000

    /// Where the process ends.
    private enum Step: Int, CaseIterable { case begun, recognized, ended, read, booked, bookedTwice, settled, none }

    @Test(arguments: StoreKind.allCases, [UInt64(1)])
    func `has lost no run and counted none twice, wherever it was cut`(kind: StoreKind, seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        var ledger = try kind.backEnd(in: folder).usage
        var expected: [ID<UsageRecord>: UsageRecord] = [:]
        var next = 0
        var crashes = 0
        while next < Self.count {
            let count = min(Int.random(in: 1...40, using: &generator), Self.count - next)
            var runs = (next..<next + count).map { UsageRecord.random($0, by: &generator) }
            next += count
            let step = Step.allCases.randomElement(using: &generator) ?? .none
            crash: do {
                try await ledger.note(
                    runs.map { run in
                        var begun = run
                        begun.status = .started
                        return begun
                    })
                guard step != .begun, step != .recognized else {
                    for index in runs.indices { runs[index].status = .started }
                    break crash
                }
                // Some have ended, the others have not.
                let ended = step == .ended ? Int.random(in: 0...count, using: &generator) : count
                try await ledger.note(Array(runs.prefix(ended)))
                for index in ended..<count { runs[index].status = .started }
                guard step != .ended else { break crash }
                let waiting = try await ledger.waiting()
                guard step != .read else { break crash }
                try await ledger.book(waiting)
                if step == .bookedTwice { try await ledger.book(waiting) }
                guard step != .booked, step != .bookedTwice else { break crash }
                try await ledger.settle(Array(waiting.prefix(step == .settled ? waiting.count / 2 : waiting.count)))
            }
            for run in runs { expected[run.id] = run }
            guard step != .none else { continue }
            crashes += 1
            // Another process, now and then: that is slow.
            if crashes % 20 == 0 { ledger = try kind.backEnd(in: folder).usage }
            let cut = runs.count { $0.status == .started }
            #expect(try await ledger.interrupt(startedBefore: nil, now: .at(500_000)).count == cut)
            for run in runs where run.status == .started { expected[run.id]?.interrupt(at: .at(500_000)) }
        }
        try await ledger.bookAll()
        let booked = try await ledger.runs()
        #expect(booked.count == Self.count)
        #expect(booked == expected.values.sorted { $0.id.rawValue < $1.id.rawValue })
        let totals = try await ledger.rows(UsageQuery(grouping: .day)).reduce(into: UsageTotals()) { $0 += $1.totals }
        #expect(totals == expected.values.reduce(into: UsageTotals()) { $0 += $1 })
        #expect(try await ledger.waiting().isEmpty)
        #expect(crashes > Self.count * 3 / 100)
    }

    private static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("crash-ledger")
        .path

    @Test func `has every run that a killed process had begun, once, and every end that it had noted`() async throws {
        var generator = SeededGenerator(seed: 3)
        var begun: Set<String> = [], ended: Set<String> = []
        var kills = 0
        while begun.count < Self.count || kills < 3 {
            let child = try ChildProcess([Self.program, folder.path, "life\(kills)", "3000"])
            try await until { child.diagnostics.contains("ended") || !child.isRunning }
            try await Task.sleep(for: .milliseconds(Int.random(in: 20...400, using: &generator)))  // real time: the kill may come at any moment
            child.signal(SIGKILL)
            let outcome = await child.outcome()
            #expect(outcome.status == 128 + SIGKILL)
            for line in outcome.diagnostics.split(separator: "\n") {
                if line.hasPrefix("begun ") { begun.insert(String(line.dropFirst(6))) }
                if line.hasPrefix("ended ") { ended.insert(String(line.dropFirst(6))) }
            }
            kills += 1
        }
        let ledger = SQLUsageStore(in: try SQLiteDatabase(in: DataDirectory(creating: folder.path)))
        _ = try await ledger.interrupt(startedBefore: nil, now: .at(0))
        try await ledger.bookAll()
        let runs = try await ledger.runs()
        let booked = Set(runs.map(\.id.rawValue))
        #expect(booked.isSuperset(of: begun))
        // What was written and not said any more, of each life and worker one.
        #expect(booked.count - begun.count <= kills * 8)
        #expect(Set(runs.filter { $0.status == .succeeded }.map(\.id.rawValue)).isSuperset(of: ended))
        #expect(runs.allSatisfy { $0.status != .started })
        let totals = try await ledger.rows(UsageQuery()).reduce(into: UsageTotals()) { $0 += $1.totals }
        #expect(totals == runs.reduce(into: UsageTotals()) { $0 += $1 })
    }
}
