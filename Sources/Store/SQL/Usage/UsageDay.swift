import Speech

/// A row of daily sums.
struct UsageDay {
    private let key: [SQLValue]

    init(_ run: UsageRecord) {
        key = [
            .text(run.day), .text(run.user.rawValue), .text(run.key?.rawValue ?? ""), .text(run.engine.rawValue), .text(run.model ?? ""),
            .text(run.workload.rawValue), .text(run.payer.rawValue),
        ]
    }

    func add(_ run: UsageRecord, on connection: borrowing SQLConnection) throws(StoreError) {
        var sums = UsageTotals()
        sums += run
        try connection.run(
            Self.insertion,
            key + [
                .integer(sums.runs), .integer(sums.failed), .integer(sums.audio), .integer(sums.speech), .integer(sums.billable),
                .integer(sums.cost.hundredMillionths), .integer(sums.unpriced), .integer(sums.retries), .integer(sums.fallbacks),
                .integer(sums.segments), .integer(sums.words), .integer(sums.speakers), .integer(sums.identifiedSpeakers),
            ])
    }

    private static let insertion =
        ComposedSQL(
            """
            INSERT INTO usage_days (day, user, access_key, provider, model, workload, payer, runs, failed, audio, speech, billable, cost, unpriced,
            retries, fallbacks, segments, words, speakers, identified)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)

            """) + addition

    /// The end of an insertion: the sums are added to those of the row that there is.
    static let addition: ComposedSQL = {
        let sums: [StaticString] = [
            "runs", "failed", "audio", "speech", "billable", "cost", "unpriced", "retries", "fallbacks", "segments", "words", "speakers",
            "identified",
        ]
        return ComposedSQL("ON CONFLICT (user, day, access_key, provider, model, workload, payer) DO UPDATE SET ")
            + ComposedSQL(sums.map { ComposedSQL($0, " = usage_days.", $0, " + excluded.", $0) })
    }()

    /// Reads the sums from the column `first` on.
    static func totals(_ row: borrowing SQLRow, from first: Int32) -> UsageTotals {
        var totals = UsageTotals()
        totals.runs = row.integer(first) ?? 0
        totals.failed = row.integer(first + 1) ?? 0
        totals.audio = row.integer(first + 2) ?? 0
        totals.speech = row.integer(first + 3) ?? 0
        totals.billable = row.integer(first + 4) ?? 0
        totals.cost = USDollars(hundredMillionths: row.integer(first + 5) ?? 0)
        totals.unpriced = row.integer(first + 6) ?? 0
        totals.retries = row.integer(first + 7) ?? 0
        totals.fallbacks = row.integer(first + 8) ?? 0
        totals.segments = row.integer(first + 9) ?? 0
        totals.words = row.integer(first + 10) ?? 0
        totals.speakers = row.integer(first + 11) ?? 0
        totals.identifiedSpeakers = row.integer(first + 12) ?? 0
        return totals
    }
}
