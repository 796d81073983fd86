import HarkenTesting
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `A usage ledger` {
    private let folder = TemporaryFolder()

    private func sum(_ runs: [UsageRecord]) -> UsageTotals { runs.reduce(into: UsageTotals()) { $0 += $1 } }

    private func sum(_ rows: [UsageRow]) -> UsageTotals { rows.reduce(into: UsageTotals()) { $0 += $1.totals } }

    @Test(arguments: StoreKind.allCases, TestMatrices.areWhole ? [UInt64(1), 2, 3] : [1])
    func `has the sums of its runs, also when they are made anew`(kind: StoreKind, seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let runs = (0..<1_000).map { UsageRecord.random($0, by: &generator) }
        let ledger = try kind.backEnd(in: folder).usage
        for start in stride(from: 0, to: runs.count, by: 37) {
            try await ledger.note(Array(runs[start..<min(start + 37, runs.count)]))
            try await ledger.bookAll()
        }
        let booked = try await ledger.rows(UsageQuery(grouping: .day))
        #expect(sum(booked) == sum(runs))
        for grouping in UsageQuery.Grouping.allCases {
            let rows = try await ledger.rows(UsageQuery(grouping: grouping))
            #expect(sum(rows) == sum(runs))
            for row in rows {
                let those = runs.filter { run in
                    let isOfDay = row.group.day.map { $0 == run.day } ?? true, isOfKey = row.group.key.map { $0 == run.key?.rawValue ?? "" } ?? true
                    return isOfDay && isOfKey && run.engine == row.group.engine && run.model ?? "" == row.group.model
                        && run.workload == row.group.workload
                }
                #expect(row.totals == sum(those))
            }
        }
        for day in Set(runs.map(\.day)) { try await ledger.rebuild(day: day) }
        #expect(try await ledger.rows(UsageQuery(grouping: .day)) == booked)
    }

    @Test(arguments: StoreKind.allCases) func `shows a user their own, from a day on`(kind: StoreKind) async throws {
        var generator = SeededGenerator(seed: 4)
        let runs = (0..<200).map { UsageRecord.random($0, by: &generator) }
        let ledger = try kind.backEnd(in: folder).usage
        try await ledger.note(runs)
        try await ledger.bookAll()
        let since = UnixTime.at(200_000)
        let day = String(since.rfc3339.prefix(10))
        let mine = try await ledger.rows(UsageQuery(user: ID("user1"), since: since))
        #expect(sum(mine) == sum(runs.filter { $0.user.rawValue == "user1" && $0.day >= day }))
        let spent = try await ledger.spent(by: ID("user1"), key: ID("key2"), since: since)
        #expect(spent == sum(runs.filter { $0.user.rawValue == "user1" && $0.key?.rawValue == "key2" && $0.day >= day && $0.payer == .operator }))
    }

    @Test(arguments: StoreKind.allCases) func `forgets a user, and only that one`(kind: StoreKind) async throws {
        var generator = SeededGenerator(seed: 5)
        let runs = (0..<300).map { UsageRecord.random($0, by: &generator) }
        let ledger = try kind.backEnd(in: folder).usage
        try await ledger.note(Array(runs.prefix(200)))
        try await ledger.bookAll()
        try await ledger.note(Array(runs.suffix(100)))
        #expect(try await ledger.purge(ID("user2")) == runs.count { $0.user.rawValue == "user2" })
        try await ledger.bookAll()
        let rest = runs.filter { $0.user.rawValue != "user2" }
        #expect(sum(try await ledger.rows(UsageQuery())) == sum(rest))
        #expect(Set(try await ledger.runs().map(\.id)) == Set(rest.map(\.id)))
    }

    @Test(arguments: StoreKind.allCases) func `forgets old runs and keeps their sums`(kind: StoreKind) async throws {
        var generator = SeededGenerator(seed: 6)
        let runs = (0..<50).map { UsageRecord.random($0, by: &generator) }
        let ledger = try kind.backEnd(in: folder).usage
        try await ledger.note(runs)
        try await ledger.bookAll()
        try await ledger.forget(now: UnixTime.at(400_000) + UsageRecord.retention + .seconds(86_400))
        #expect(try await ledger.runs().isEmpty)
        #expect(sum(try await ledger.rows(UsageQuery())) == sum(runs))
    }

    @Test(arguments: StoreKind.allCases) func `takes what has ended for ended`(kind: StoreKind) async throws {
        var generator = SeededGenerator(seed: 7)
        let ended = UsageRecord.random(1, by: &generator)
        var begun = ended
        begun.status = .started
        let ledger = try kind.backEnd(in: folder).usage
        try await ledger.note([begun, ended, begun])
        try await ledger.bookAll()
        #expect(try await ledger.runs() == [ended])
        #expect(try await ledger.interrupt(startedBefore: nil, now: .at(0)).count == 0)
    }
}
