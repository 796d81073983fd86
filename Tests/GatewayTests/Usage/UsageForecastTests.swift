import Framing
import HarkenTesting
import Speech
@testable import Store
import Testing
@testable import Usage

@Suite struct `A forecast of usage` {
    private func row(_ day: String, dollars: Int64, seconds: Int64) -> UsageRow {
        var totals = UsageTotals()
        totals.cost = USDollars(hundredMillionths: dollars * 100_000_000)
        totals.audio = seconds * 1_000_000_000
        return UsageRow(group: UsageGroup(day: day, engine: EngineName("vendor"), model: "", workload: .realtime), totals: totals)
    }

    private func time(_ text: String) throws -> UnixTime { try #require(UnixTime(rfc3339: text)) }

    @Test func `adds the mean of the last seven days for the rest of the month`() throws {
        let rows = [
            row("2026-10-31", dollars: 100, seconds: 1), row("2026-11-16", dollars: 7, seconds: 70), row("2026-11-22", dollars: 5, seconds: 10),
        ]
        let forecast = UsageForecast(rows, now: try time("2026-11-22T12:00:00Z"))
        #expect(forecast.month == "2026-11")
        #expect(forecast.soFar.cost.dollars == 12)
        // One dollar a day for eight and a half days. Today does not count for the mean, because it is not over.
        #expect(forecast.cost.dollars == 20.5)
        #expect(forecast.audio == .seconds(165))
    }

    @Test func `needs the last seven days also at the beginning of a month`() throws {
        #expect(UsageForecast.since(try time("2026-12-02T01:00:00Z")).rfc3339.hasPrefix("2026-11-25"))
        #expect(UsageForecast.since(try time("2026-12-20T01:00:00Z")).rfc3339.hasPrefix("2026-12-01"))
        let rows = [row("2026-11-30", dollars: 70, seconds: 0), row("2026-12-01", dollars: 7, seconds: 0)]
        // 77 dollars in seven days, and 30 days are left of December.
        #expect(UsageForecast(rows, now: try time("2026-12-02T00:00:00Z")).cost.dollars == 7 + 11 * 30)
    }

    @Test func `comes with the caller's budgets and the prices`() async throws {
        try await TestGateway.with(
            keys: TestKeys(valid: ["key"]), settings: ["HARKEN_USER_MONTH_USD": "12.50", "HARKEN_KEY_DAY_SECONDS": "600"]
        ) { gateway in
            let answer = try await gateway.send(.get, "/api/v1/usage?by=day,provider", headers: ["Authorization": "Bearer key"])
            #expect(answer.status == 200, "\(answer.text)")
            let usage = try JSONValue(parsing: Array(answer.text.utf8))
            #expect(usage["forecast"]?["cost"] == 0.0)
            guard case .array(let budgets)? = usage["budgets"], case .array(let rates)? = usage["rates"] else {
                Issue.record("\(answer.text)")
                return
            }
            #expect(budgets.map { $0["of"] } == ["user", "key"] && budgets.map { $0["what"] } == ["cost", "audio_seconds"])
            #expect(budgets.map { $0["limit"] } == [12.5, 600.0] && budgets.map { $0["used"] } == [0.0, 0.0])
            #expect(
                rates.contains { rate in
                    rate["provider"] == "deepgram" && rate["model"] == "nova-3" && rate["live"] == true && rate["add_on"] == .null
                        && rate["billed_by"] == "connection" && rate["per_hour"] == 0.288 && rate["source"] == "deepgram.com/pricing"
                })
            #expect(rates.contains { $0["provider"] == "assemblyai" && $0["add_on"] == "speakers" && $0["per_hour"] == 0.12 })
        }
    }
}
