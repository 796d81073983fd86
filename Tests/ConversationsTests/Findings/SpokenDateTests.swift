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
        let date = try #require(SpokenDate(in: SpokenWords(text), said: now))
        #expect(date.start.rfc3339.hasPrefix(start))
    }

    @Test(arguments: [
        "", "We talked.", "I have five apples.", "On a Frida.", "In five minutes.", "At the station.", "March on.", "May I?",
        "On the 31st of February.",
    ])
    func `is not found where none was said`(text: String) {
        #expect(SpokenDate(in: SpokenWords(text), said: now) == nil)
    }
}
