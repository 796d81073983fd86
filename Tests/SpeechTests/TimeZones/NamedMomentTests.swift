import Speech
import Testing

@Suite struct `A moment as people write it` {
    @Test(
        arguments: [
            ("2026-01-31T12:00:00Z", "UTC", "UTC0", "2026-01-31T12:00:00.000Z"), ("2026-11-27", "UTC", "UTC0", "2026-11-27T00:00:00.000Z"),
            ("2026-11-27", "Asia/Tokyo", "JST-9", "2026-11-26T15:00:00.000Z"), ("today", "Asia/Tokyo", "JST-9", "2026-11-26T15:00:00.000Z"),
            ("yesterday", "Asia/Tokyo", "JST-9", "2026-11-25T15:00:00.000Z"), ("today", "UTC", "UTC0", "2026-11-26T00:00:00.000Z"),
            ("today", "America/Los_Angeles", "PST8PDT,M3.2.0,M11.1.0", "2026-11-26T08:00:00.000Z"),
        ] as [(String, String, String, String)])
    func `is a time, or the beginning of a day in a time zone`(text: String, name: String, rule: String, moment: String) throws {
        let now = try #require(UnixTime(rfc3339: "2026-11-26T20:26:00Z")), zone = try #require(TimeZoneRules(name, rule: rule))
        #expect(try #require(NamedMoment(text)).time(now: now, in: zone).rfc3339 == moment)
    }

    @Test func `counts days and not hours when the clocks change`() throws {
        let berlin = try #require(TimeZoneRules("Europe/Berlin", rule: "CET-1CEST,M3.5.0,M10.5.0/3"))
        let now = try #require(UnixTime(rfc3339: "2026-10-26T08:00:00Z")), yesterday = try #require(NamedMoment("yesterday"))
        #expect(yesterday.time(now: now, in: berlin).rfc3339 == "2026-10-24T22:00:00.000Z")
    }

    @Test(arguments: ["", "tomorrow", "Today", "2026-02-30", "2026-13-01", "31.01.2026", "2026-01-31T12:00", "7d"])
    func `is not another text`(text: String) { #expect(NamedMoment(text) == nil) }

    @Test(arguments: ["2026-01-31T15:00", "2026-01-31T15:00:00", "2026-01-31 15:00:00.000"])
    func `is also a time on clocks`(text: String) throws {
        let day = try #require(CalendarDay("2026-01-31"))
        #expect(LocalTime(text) == LocalTime(day, minutes: 15 * 60))
    }

    @Test(arguments: ["", "2026-01-31", "2026-01-31T15:00:00Z", "2026-01-31T15:00:00+01:00", "2026-01-31T25:00", "2026-01-31T15"])
    func `is not a time on clocks in another form`(text: String) { #expect(LocalTime(text) == nil) }
}
