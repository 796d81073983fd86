internal import Admission
internal import Framing
internal import Speech
internal import Store
internal import Usage

/// Operations that report the speech recognised for the caller, and its cost.
struct UsageOperations: Sendable {
    let ledger: any UsageStore
    let limits: UsageLimits
    let prices: PriceTable
    let now: @Sendable () -> UnixTime

    /// Grouping by day and provider; `day` alone is the same, because rows always have their provider.
    private static let byDayAndProvider = "day,provider"

    private static let parameters: [APIOperation.Field] = [
        .init("since", "string", "Counts usage from this UTC day on: a day, or a time (RFC 3339)."),
        .init("by", "string", "A further grouping of the rows: provider, key, day or day,provider. Default: provider."),
    ]

    private static let rows = APIOperation.Field("rows", "[UsageRow]", required: true, "One for each group of the usage.")
    private static let total = APIOperation.Field("total", "UsageTotal", required: true, "The sums of all rows.")

    var all: [APIOperation] {
        [
            APIOperation(
                .get, "/usage", .read,
                summary:
                    "Returns the caller's usage of engines by engine, model and workload, with a forecast of the month and the caller's budgets.",
                query: Self.parameters,
                answer: .object([
                    Self.rows, Self.total,
                    .init(
                        "forecast", "Forecast", required: true,
                        "This month of UTC: its usage so far, and the mean of the last seven days for the rest."),
                    .init(
                        "budgets", "[Budget]", required: true, "The limits that the operator has set."),
                    .init("rates", "[Price]", required: true, "The prices that count now."),
                ])
            ) { request throws(APIError) in
                let query = try Self.query(request, of: request.user), now = now()
                let (rows, recent) = try await APIError.stored { () throws(StoreError) in
                    // Runs that have just ended are booked first, so that they count too.
                    try await ledger.bookAll()
                    let recent = UsageQuery(user: request.user, since: UsageForecast.since(now), grouping: .day)
                    return (try await ledger.rows(query), try await ledger.rows(recent))
                }
                let budgets = try await budgets(request, now)
                return .json { json in
                    UsageDocument.write(rows, to: &json) { json in
                        write(UsageForecast(recent, now: now), to: &json)
                        json.key("budgets")
                        json.beginArray()
                        for budget in budgets { budget.write(to: &json) }
                        json.endArray()
                        writeRates(now, to: &json)
                    }
                }
            },
            APIOperation(
                .get, "/admin/usage", .admin, summary: "Returns the usage of all users, by engine, model and workload.", query: Self.parameters,
                answer: .object([Self.rows, Self.total])
            ) { request throws(APIError) in
                let query = try Self.query(request, of: nil)
                let rows = try await APIError.stored { () throws(StoreError) in
                    try await ledger.bookAll()
                    return try await ledger.rows(query)
                }
                return .json { UsageDocument.write(rows, to: &$0) }
            },
        ]
    }

    /// Reads the request's query.
    ///
    /// - Parameter user: the user whose usage counts; nil for all users.
    private static func query(_ request: APIRequest, of user: ID<User>?) throws(APIError) -> UsageQuery {
        let by = request.query.first("by") ?? UsageQuery.Grouping.provider.rawValue
        let name = by == byDayAndProvider ? UsageQuery.Grouping.day.rawValue : by
        guard let grouping = UsageQuery.Grouping(rawValue: name) else { throw .badRequest("by takes provider, key, day or day,provider.") }
        return UsageQuery(user: user, since: try request.time("since"), grouping: grouping)
    }

    private func write(_ forecast: UsageForecast, to json: inout JSONWriter) {
        json.key("forecast")
        json.beginObject()
        json.member("month", forecast.month)
        json.member("cost_so_far", forecast.soFar.cost.dollars, decimals: 8)
        json.member("cost", forecast.cost.dollars, decimals: 8)
        json.member("audio_seconds", forecast.audio / .seconds(1), decimals: 3)
        json.endObject()
    }

    /// Writes the known price of each model that counts now.
    private func writeRates(_ now: UnixTime, to json: inout JSONWriter) {
        let old = prices.old(at: now)
        json.key("rates")
        json.beginArray()
        for rate in prices.valid(at: now) {
            guard let perHour = rate.perHour else { continue }
            json.beginObject()
            json.member("provider", rate.engine.rawValue)
            json.member("model", rate.model)
            json.member("live", rate.isLive)
            json.member("per_hour", perHour.dollars, decimals: 8)
            json.member("add_on", optional: rate.addOn?.rawValue)
            json.member("billed_by", rate.basis.rawValue)
            json.member("read", String(rate.checked.rfc3339.prefix(10)))
            json.member("source", rate.source)
            json.member("old", old.contains(rate))
            json.endObject()
        }
        json.endArray()
    }

    // MARK: - Budgets

    private struct Budget: Sendable {
        var owner: String
        var audio: (limit: Duration, used: Duration)?
        var cost: (limit: USDollars, used: USDollars)?

        func write(to json: inout JSONWriter) {
            if let audio {
                json.beginObject()
                json.member("of", owner)
                json.member("what", literal: "audio_seconds")
                json.member("each", literal: "day")
                json.member("limit", audio.limit / .seconds(1), decimals: 3)
                json.member("used", audio.used / .seconds(1), decimals: 3)
                json.endObject()
            }
            if let cost {
                json.beginObject()
                json.member("of", owner)
                json.member("what", literal: "cost")
                json.member("each", literal: "month")
                json.member("limit", cost.limit.dollars, decimals: 8)
                json.member("used", cost.used.dollars, decimals: 8)
                json.endObject()
            }
        }
    }

    private func budgets(_ request: APIRequest, _ now: UnixTime) async throws(APIError) -> [Budget] {
        guard !limits.isEmpty else { return [] }
        let user = request.user, key = request.caller.caller.grant?.key
        var budgets = [try await budget("user", limits.user, of: user, key: nil, now)]
        if let key { budgets.append(try await budget("key", limits.key, of: user, key: key, now)) }
        return budgets
    }

    private func budget(
        _ owner: String, _ limit: UsageLimits.Limit, of user: ID<User>, key: ID<AccessKey>?, _ now: UnixTime
    ) async throws(APIError) -> Budget {
        let (day, month) = try await APIError.stored { () throws(StoreError) in
            (
                try await ledger.spent(by: user, key: key, since: now),
                try await ledger.spent(by: user, key: key, since: UsageForecast.monthStart(now))
            )
        }
        return Budget(
            owner: owner, audio: limit.audio.map { ($0, .nanoseconds(day.billable)) }, cost: limit.cost.map { ($0, month.cost) })
    }
}
