import Speech
import Store
import Testing

@testable import harken

@Suite struct `Times on the command line` {
    /// 2026-11-22T15:30:00Z.
    private let now = UnixTime(milliseconds: 1_795_361_400_000)

    @Test(arguments: [
        ("7d", "2026-11-15T15:30:00.000Z"), ("90m", "2026-11-22T14:00:00.000Z"), ("2w", "2026-11-08T15:30:00.000Z"),
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"),
    ])
    func `are a time ago, or a time`(text: String, moment: String) {
        #expect(MomentOption.moment(text, now: now)?.time(now: now, in: .utc).rfc3339 == moment)
    }

    @Test(arguments: [
        ("today", "2026-11-22T15:00:00.000Z"), ("yesterday", "2026-11-21T15:00:00.000Z"), ("2026-01-31", "2026-01-30T15:00:00.000Z"),
    ])
    func `are days that begin at midnight in the user's time zone`(text: String, moment: String) throws {
        let tokyo = try #require(TimeZoneRules("Asia/Tokyo", rule: "JST-9"))
        #expect(try #require(MomentOption.moment(text, now: now)).time(now: now, in: tokyo).rfc3339 == moment)
    }

    @Test(arguments: ["", "tomorrow", "7x", "-1d", "2026-02-30", "2026-13-01", "31.01.2026"])
    func `are not other texts`(text: String) {
        #expect(MomentOption.moment(text, now: now) == nil)
        #expect(MomentOption.day(text, now: now) == nil)
    }

    @Test(arguments: [("today", "2026-11-22"), ("yesterday", "2026-11-21"), ("7d", "2026-11-15"), ("2026-11-01", "2026-11-01")])
    func `are days in UTC for usage`(text: String, day: String) {
        #expect(MomentOption.day(text, now: now)?.rfc3339 == day + "T00:00:00.000Z")
    }

    @Test(arguments: [("0", "$0.00"), ("0.00000001", "<$0.01"), ("0.004", "<$0.01"), ("0.005", "$0.01"), ("12.349", "$12.35"), ("1.05", "$1.05")])
    func `stand beside money that is rounded to cents`(amount: String, text: String) throws {
        #expect(try #require(USDollars(amount)).readable == text)
    }
}
