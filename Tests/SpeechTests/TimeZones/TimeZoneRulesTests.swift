import Speech
import Testing

@Suite struct `The rules of a time zone` {
    enum Zone: String, CaseIterable, Sendable {
        case berlin = "Europe/Berlin"
        case cairo = "Africa/Cairo"
        case saoPaulo = "America/Sao_Paulo"
        case tokyo = "Asia/Tokyo"
        case losAngeles = "America/Los_Angeles"
        case kolkata = "Asia/Kolkata"
        case kathmandu = "Asia/Kathmandu"
        case lordHowe = "Australia/Lord_Howe"
        case havana = "America/Havana"
        case dublin = "Europe/Dublin"
        case always = "America/New_York"
        case utc = "UTC"

        var rule: String {
            switch self {
            case .berlin: "CET-1CEST,M3.5.0,M10.5.0/3"
            case .cairo: "EET-2EEST,M4.5.5/0,M10.5.4/24"
            // The rule from 2008 to 2017, when summer began and ended at midnight.
            case .saoPaulo: "<-03>3<-02>,M10.3.0/0,M2.3.0/0"
            case .tokyo: "JST-9"
            case .losAngeles: "PST8PDT,M3.2.0,M11.1.0"
            case .kolkata: "IST-5:30"
            case .kathmandu: "<+0545>-5:45"
            case .lordHowe: "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"
            case .havana: "CST5CDT,M3.2.0/0,M11.1.0/1"
            // Summer time is the standard time, and winter is an hour behind it.
            case .dublin: "IST-1GMT0,M10.5.0,M3.5.0/1"
            // Summer time in all of the year, as RFC 8536 has it.
            case .always: "EST5EDT,0/0,J365/25"
            case .utc: "UTC0"
            }
        }
    }

    private func zone(_ zone: Zone) throws -> TimeZoneRules { try #require(TimeZoneRules(zone.rawValue, rule: zone.rule)) }
    private func time(_ text: String) throws -> UnixTime { try #require(UnixTime(rfc3339: text)) }
    private func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }

    @Test(
        arguments: [
            (.berlin, "2026-07-01T10:00:00Z", "2026-07-01 12:00 CEST"), (.berlin, "2026-12-01T10:00:00Z", "2026-12-01 11:00 CET"),
            (.berlin, "2026-03-29T00:59:59Z", "2026-03-29 01:59 CET"), (.berlin, "2026-03-29T01:00:00Z", "2026-03-29 03:00 CEST"),
            (.berlin, "2026-10-25T00:59:59Z", "2026-10-25 02:59 CEST"), (.berlin, "2026-10-25T01:00:00Z", "2026-10-25 02:00 CET"),
            (.cairo, "2026-04-23T21:59:59Z", "2026-04-23 23:59 EET"), (.cairo, "2026-04-23T22:00:00Z", "2026-04-24 01:00 EEST"),
            (.cairo, "2026-10-29T20:59:59Z", "2026-10-29 23:59 EEST"), (.cairo, "2026-10-29T21:00:00Z", "2026-10-29 23:00 EET"),
            (.saoPaulo, "2016-10-16T02:59:59Z", "2016-10-15 23:59 -03"), (.saoPaulo, "2016-10-16T03:00:00Z", "2016-10-16 01:00 -02"),
            (.saoPaulo, "2017-01-01T01:59:59Z", "2016-12-31 23:59 -02"), (.saoPaulo, "2017-02-19T02:00:00Z", "2017-02-18 23:00 -03"),
            (.tokyo, "2026-11-26T20:26:00Z", "2026-11-27 05:26 JST"), (.losAngeles, "2026-11-28T07:30:00Z", "2026-11-27 23:30 PST"),
            (.kolkata, "2026-11-26T18:29:00Z", "2026-11-26 23:59 IST"), (.kolkata, "2026-11-26T18:30:00Z", "2026-11-27 00:00 IST"),
            (.kathmandu, "2026-11-26T18:14:00Z", "2026-11-26 23:59 +0545"), (.kathmandu, "2026-11-26T18:15:00Z", "2026-11-27 00:00 +0545"),
            (.lordHowe, "2026-04-04T14:59:59Z", "2026-04-05 01:59 +11"), (.lordHowe, "2026-04-04T15:00:00Z", "2026-04-05 01:30 +1030"),
            (.lordHowe, "2026-10-03T15:29:59Z", "2026-10-04 01:59 +1030"), (.lordHowe, "2026-10-03T15:30:00Z", "2026-10-04 02:30 +11"),
            (.dublin, "2026-07-01T10:00:00Z", "2026-07-01 11:00 IST"), (.dublin, "2026-12-01T10:00:00Z", "2026-12-01 10:00 GMT"),
            (.always, "2026-01-01T04:59:59Z", "2026-01-01 00:59 EDT"), (.always, "2026-07-01T04:00:00Z", "2026-07-01 00:00 EDT"),
        ] as [(Zone, String, String)])
    func `say what clocks show`(named: Zone, moment: String, clock: String) throws {
        #expect(try zone(named).shortText(of: time(moment)) == clock)
    }

    @Test(
        arguments: [
            (.berlin, "2026-07-01", "2026-06-30T22:00:00.000Z", 24), (.berlin, "2026-03-29", "2026-03-28T23:00:00.000Z", 23),
            (.berlin, "2026-10-25", "2026-10-24T22:00:00.000Z", 25), (.cairo, "2026-04-24", "2026-04-23T22:00:00.000Z", 23),
            (.cairo, "2026-10-29", "2026-10-28T21:00:00.000Z", 25), (.cairo, "2026-10-30", "2026-10-29T22:00:00.000Z", 24),
            (.saoPaulo, "2016-10-16", "2016-10-16T03:00:00.000Z", 23), (.saoPaulo, "2017-02-18", "2017-02-18T02:00:00.000Z", 25),
            (.tokyo, "2026-11-27", "2026-11-26T15:00:00.000Z", 24), (.losAngeles, "2026-11-01", "2026-11-01T07:00:00.000Z", 25),
            (.kolkata, "2026-11-27", "2026-11-26T18:30:00.000Z", 24), (.kathmandu, "2026-11-27", "2026-11-26T18:15:00.000Z", 24),
            // Midnight comes twice: the day begins with the first one.
            (.havana, "2026-11-01", "2026-11-01T04:00:00.000Z", 25), (.havana, "2026-03-08", "2026-03-08T05:00:00.000Z", 23),
            (.utc, "2026-11-27", "2026-11-27T00:00:00.000Z", 24),
        ] as [(Zone, String, String, Int)])
    func `say when a day begins, and its length`(named: Zone, date: String, start: String, hours: Int) throws {
        let zone = try zone(named), day = try day(date)
        #expect(zone.start(of: day).rfc3339 == start)
        #expect(zone.start(of: day + 1) - zone.start(of: day) == .seconds(hours * 3_600))
        // One minute before and after.
        #expect(zone.day(of: zone.start(of: day) + .seconds(-60)) == day - 1)
        #expect(zone.day(of: zone.start(of: day)) == day)
        #expect(zone.day(of: zone.start(of: day) + .seconds(60)) == day)
    }

    @Test func `give days of thirty minutes more or less`() throws {
        let zone = try zone(.lordHowe)
        #expect(try zone.start(of: day("2026-04-06")) - zone.start(of: day("2026-04-05")) == .seconds(24 * 3_600 + 1_800))
        #expect(try zone.start(of: day("2026-10-05")) - zone.start(of: day("2026-10-04")) == .seconds(23 * 3_600 + 1_800))
    }

    @Test(
        arguments: [
            (.berlin, "2026-07-01T10:00", "2026-07-01T08:00:00.000Z"), (.berlin, "2026-12-01T10:00:30.5", "2026-12-01T09:00:30.500Z"),
            // The clocks are put forward over the time.
            (.berlin, "2026-03-29T02:30", "2026-03-29T01:30:00.000Z"),
            // The clocks show the time twice.
            (.berlin, "2026-10-25T02:30", "2026-10-25T00:30:00.000Z"),
            (.tokyo, "2026-11-28T10:00", "2026-11-28T01:00:00.000Z"), (.losAngeles, "2026-11-28T10:00", "2026-11-28T18:00:00.000Z"),
            (.lordHowe, "2026-04-05T01:45", "2026-04-04T14:45:00.000Z"), (.lordHowe, "2026-10-04T02:15", "2026-10-03T15:45:00.000Z"),
        ] as [(Zone, String, String)])
    func `say when clocks show a time`(named: Zone, clock: String, moment: String) throws {
        let clock = try #require(LocalTime(clock))
        #expect(try zone(named).time(of: clock).rfc3339 == moment)
    }

    @Test(arguments: Zone.allCases)
    func `agree with themselves every seven hours of two years`(named: Zone) throws {
        let zone = try zone(named), first = try time("2016-01-01T00:00:00Z")
        var last = zone.day(of: first)
        for hour in stride(from: 0, to: 2 * 366 * 24, by: 7) {
            let time = first + .seconds(hour * 3_600), day = zone.day(of: time)
            #expect(zone.start(of: day) <= time)
            #expect(time < zone.start(of: day + 1))
            #expect(last <= day && day <= last + 1)
            #expect(zone.local(zone.time(of: zone.local(time))) == zone.local(time))
            last = day
        }
    }

    @Test func `skip a day that the place has left out`() throws {
        // Samoa had no 30 December 2011.
        let name = try #require(TimeZoneName("Pacific/Apia")), change = try time("2011-12-30T10:00:00Z")
        let file = TimeZoneFile(
            changes: [(change.milliseconds / 1_000, 1)], offsets: [(-10 * 3_600, "-10"), (14 * 3_600, "+14")], footer: "<+14>-14"
        )
        let zone = try TimeZoneRules(name, file: file.bytes)
        #expect(zone.shortText(of: change + .milliseconds(-1)) == "2011-12-29 23:59 -10")
        #expect(try zone.start(of: day("2011-12-30")) == change)
        #expect(try zone.start(of: day("2011-12-31")) == zone.start(of: day("2011-12-30")))
    }

    @Test func `write moments with the zone`() throws {
        let time = try time("2026-11-26T20:26:00Z")
        #expect(try zone(.tokyo).text(of: time) == "2026-11-27 05:26 (Asia/Tokyo)")
        #expect(TimeZoneRules.utc.text(of: time) == "2026-11-26 20:26 UTC")
        #expect(try zone(.tokyo).rfc3339(of: time) == "2026-11-27T05:26:00+09:00")
        #expect(try zone(.losAngeles).rfc3339(of: time) == "2026-11-26T12:26:00-08:00")
        #expect(TimeZoneRules.utc.rfc3339(of: time) == "2026-11-26T20:26:00Z")
    }

    @Test(arguments: [
        "", "CET", "C-1", "CET-25", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.1.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0",
        "CET-1CEST,J0,J300", "CET-1CEST,J1,J366", "CET-1CEST,1,366", "CET-1CEST,M3.5.0/168,M10.5.0", "<CET-1", "CET-1:60", "CET-1 ",
        "CET-1CEST,M3.5.0,M10.5.0x",
        "CET--1", "<+03>-3,M3.5.0,M10.5.0", "12T-1", String(repeating: "A", count: 300) + "1",
    ])
    func `are not made of other texts`(text: String) { #expect(TimeZoneRules("Europe/Berlin", rule: text) == nil) }
}
