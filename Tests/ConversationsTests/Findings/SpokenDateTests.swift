import Speech
import Testing

@testable import Conversations

@Suite struct `A date that was spoken` {
    // A Monday.
    private let now = UnixTime(rfc3339: "2026-11-23T15:30:00Z") ?? UnixTime(milliseconds: 0)

    @Test(arguments: [
        ("Lunch tomorrow at noon.", "2026-11-24T12:00"), ("The day after tomorrow at 9 am.", "2026-11-25T09:00"),
        ("Tonight at eight.", "2026-11-23T20:00"),
        ("See you on Friday at five thirty.", "2026-11-27T17:30"), ("Next Friday at half past five.", "2026-12-04T17:30"),
        ("On Monday at 10:15 am.", "2026-11-30T10:15"), ("In three days at 5pm.", "2026-11-26T17:00"), ("In a week.", "2026-11-30T09:00"),
        ("On March fifth at 11 a.m.", "2027-03-05T11:00"), ("On the 24th of December.", "2026-12-24T09:00"),
        ("December 1st at seven o'clock.", "2026-12-01T19:00"),
        ("At four.", "2026-11-23T16:00"), ("At two.", "2026-11-24T14:00"), ("Next week.", "2026-11-30T09:00"),
        ("At nine in the evening.", "2026-11-23T21:00"), ("Today at 16:45.", "2026-11-23T16:45"),
    ])
    func `is resolved against the time at which it was said`(text: String, start: String) throws {
        let date = try #require(SpokenDate(in: SpokenWords(text), said: now, in: .utc))
        #expect(date.start.rfc3339.hasPrefix(start))
    }

    @Test(arguments: [
        "", "We talked.", "I have five apples.", "On a Frida.", "In five minutes.", "At the station.", "March on.", "May I?",
        "On the 31st of February.",
    ])
    func `is not found where none was said`(text: String) {
        #expect(SpokenDate(in: SpokenWords(text), said: now, in: .utc) == nil)
    }

    @Test(
        arguments: [
            // 05:26 on 27 November, a Friday.
            ("Asia/Tokyo", "JST-9", "2026-11-26T20:26:00Z", "Meeting tomorrow at ten in the morning.", "2026-11-28T01:00:00.000Z"),
            ("Asia/Tokyo", "JST-9", "2026-11-26T20:26:00Z", "Today at nine.", "2026-11-27T00:00:00.000Z"),
            ("Asia/Tokyo", "JST-9", "2026-11-26T20:26:00Z", "On Friday at noon.", "2026-12-04T03:00:00.000Z"),
            ("Asia/Tokyo", "JST-9", "2026-11-26T20:26:00Z", "On the 27th of November.", "2026-11-27T00:00:00.000Z"),
            ("Asia/Tokyo", "JST-9", "2026-12-31T15:30:00Z", "On January fifth at noon.", "2027-01-05T03:00:00.000Z"),
            // 23:30 on 27 November.
            ("America/Los_Angeles", "PST8PDT,M3.2.0,M11.1.0", "2026-11-28T07:30:00Z", "Tomorrow at ten.", "2026-11-28T18:00:00.000Z"),
            ("America/Los_Angeles", "PST8PDT,M3.2.0,M11.1.0", "2026-11-28T07:30:00Z", "At ten.", "2026-11-28T18:00:00.000Z"),
            // 23:59 and 00:01.
            ("Asia/Kolkata", "IST-5:30", "2026-11-26T18:29:00Z", "Tomorrow at noon.", "2026-11-27T06:30:00.000Z"),
            ("Asia/Kolkata", "IST-5:30", "2026-11-26T18:31:00Z", "Tomorrow at noon.", "2026-11-28T06:30:00.000Z"),
            ("Asia/Kathmandu", "<+0545>-5:45", "2026-11-26T18:14:00Z", "Tomorrow at noon.", "2026-11-27T06:15:00.000Z"),
            ("Australia/Lord_Howe", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-04-04T10:00:00Z", "Tomorrow at noon.", "2026-04-05T01:30:00.000Z"),
            // The clocks change in between.
            ("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-24T10:00:00Z", "Tomorrow at ten.", "2026-10-25T09:00:00.000Z"),
            ("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-28T10:00:00Z", "Tomorrow at ten.", "2026-03-29T08:00:00.000Z"),
            // There is no midnight, and no half past two.
            ("Africa/Cairo", "EET-2EEST,M4.5.5/0,M10.5.4/24", "2026-04-23T10:00:00Z", "Tonight at midnight.", "2026-04-23T22:00:00.000Z"),
            ("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-28T10:00:00Z", "Tomorrow at 2:30 am.", "2026-03-29T01:30:00.000Z"),
        ] as [(String, String, String, String, String)])
    func `is of the speaker's day and clock`(name: String, rule: String, said: String, text: String, start: String) throws {
        let zone = try #require(TimeZoneRules(name, rule: rule)), now = try #require(UnixTime(rfc3339: said))
        #expect(try #require(SpokenDate(in: SpokenWords(text), said: now, in: zone)).start.rfc3339 == start)
    }

    @Test(arguments: [("2026-03-26T10:00:00Z", 24), ("2026-03-27T10:00:00Z", 23), ("2026-10-23T10:00:00Z", 25)])
    func `without a time of day lasts to the same time of the next day`(said: String, hours: Int) throws {
        let zone = try #require(TimeZoneRules("Europe/Berlin", rule: "CET-1CEST,M3.5.0,M10.5.0/3")), now = try #require(UnixTime(rfc3339: said))
        let date = try #require(SpokenDate(in: SpokenWords("Lunch tomorrow."), said: now, in: zone))
        #expect(date.wholeDay == .seconds(hours * 3_600))
    }
}
