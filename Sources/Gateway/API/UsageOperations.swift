internal import Admission
internal import Framing
internal import Speech
internal import Store
internal import Usage

/// Operations that report the speech recognised for the caller, and its cost.
struct UsageOperations: Sendable {
    let ledger: any UsageStore

    var all: [APIOperation] {
        [
            APIOperation(
                .get, "/usage", .read, summary: "Returns the caller's usage of engines: attempts, audio and cost, by engine, model and workload.",
                query: [
                    .init("since", "string", "Counts usage from this UTC day on: a day, or a time (RFC 3339)."),
                    .init("by", "string", "A further grouping of the rows: provider, key or day. Default: provider."),
                ],
                answer: .object([
                    .init(
                        "rows", "[object]", required: true,
                        "Each with provider, model, workload, audio_seconds, billable_seconds, runs, failed, cost (US dollars, or null when unknown); key or day."
                    ),
                    .init("total", "object", required: true, "audio_seconds, billable_seconds, runs, failed and cost of all rows."),
                ])
            ) { request throws(APIError) in
                let by = request.query.first("by") ?? UsageQuery.Grouping.provider.rawValue
                guard let grouping = UsageQuery.Grouping(rawValue: by) else { throw .badRequest("by takes provider, key or day.") }
                let query = UsageQuery(user: request.user, since: try request.time("since"), grouping: grouping)
                let rows = try await APIError.stored { () throws(StoreError) in
                    // Runs that have just ended are booked first, so that they count too.
                    try await ledger.bookAll()
                    return try await ledger.rows(query)
                }
                return .json { UsageDocument.write(rows, to: &$0) }
            }
        ]
    }
}
