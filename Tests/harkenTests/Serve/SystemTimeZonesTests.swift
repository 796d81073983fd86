import HarkenTesting
import Speech
import Testing

@testable import harken

@Suite struct `The time zones of this machine` {
    private func clock(_ zone: TimeZoneRules?, _ text: String) throws -> String? {
        let time = try #require(UnixTime(rfc3339: text))
        return zone?.shortText(of: time)
    }

    @Test(
        arguments: [
            ("Europe/Berlin", "2026-10-25T01:00:00Z", "2026-10-25 02:00 CET"), ("Europe/Berlin", "2060-07-01T00:00:00Z", "2060-07-01 02:00 CEST"),
            ("Africa/Cairo", "2026-04-23T22:00:00Z", "2026-04-24 01:00 EEST"), ("America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-04 01:00 -02"),
            ("America/Sao_Paulo", "2026-01-01T03:00:00Z", "2026-01-01 00:00 -03"), ("Asia/Tokyo", "2026-11-26T20:26:00Z", "2026-11-27 05:26 JST"),
            ("America/Los_Angeles", "2026-11-28T07:30:00Z", "2026-11-27 23:30 PST"), ("Asia/Kolkata", "2026-11-26T18:30:00Z", "2026-11-27 00:00 IST"),
            ("Asia/Kathmandu", "2026-11-26T18:15:00Z", "2026-11-27 00:00 +0545"),
            ("Australia/Lord_Howe", "2026-04-04T15:00:00Z", "2026-04-05 01:30 +1030"), ("UTC", "2026-11-26T20:26:00Z", "2026-11-26 20:26 UTC"),
        ])
    func `are those of its tzdata`(name: String, moment: String, expected: String) throws {
        let zones = SystemTimeZones([:]).zones, name = try #require(TimeZoneName(name))
        #expect(try clock(zones[name], moment) == expected)
    }

    @Test func `begin a day without midnight at its first moment`() throws {
        let name = try #require(TimeZoneName("America/Sao_Paulo")), day = try #require(CalendarDay("2018-11-04"))
        #expect(SystemTimeZones([:]).zones[name]?.start(of: day).rfc3339 == "2018-11-04T03:00:00.000Z")
    }

    @Test(
        arguments: [
            (["TZ": "Asia/Tokyo"], nil, "Asia/Tokyo"), (["TZ": ":Asia/Tokyo"], nil, "Asia/Tokyo"), (["TZ": "UTC0"], nil, "UTC"),
            (["TZ": "/usr/share/zoneinfo/Asia/Tokyo"], nil, "Asia/Tokyo"), (["TZ": "Asia/Tokyo"], "Europe/Berlin", "Europe/Berlin"),
        ] as [([String: String], String?, String)])
    func `have the operator's or the variable's as their standard`(environment: [String: String], chosen: String?, name: String) throws {
        let found = SystemTimeZones(environment, chosen: chosen.flatMap { TimeZoneName($0) })
        #expect(found.problem == nil)
        #expect(found.zones.standard.name.text == name)
    }

    @Test(arguments: ["CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Nowhere", "../etc/passwd", "/etc/passwd", "Europe"])
    func `have UTC, and say so, where the variable names none`(variable: String) {
        let found = SystemTimeZones(["TZ": variable])
        #expect(found.problem != nil)
        #expect(found.zones.standard == .utc)
    }

    @Test func `are none where the files are not of the database`() throws {
        let folder = TemporaryFolder()
        _ = try folder.write("TZif".utf8, as: "UTC+1")
        _ = try folder.write([UInt8](repeating: 0, count: 1 << 18), as: "Large")
        let zones = SystemTimeZones(["TZDIR": folder.path]).zones
        for text in ["UTC+1", "Large", "Europe/Berlin"] {
            let name = try #require(TimeZoneName(text))
            #expect(zones[name] == nil)
        }
        #expect(throws: UsageError.self) { try SystemTimeZones.ofCommand(["HARKEN_TIME_ZONE": "Europe/Nowhere"]) }
        #expect(try SystemTimeZones.ofCommand(["HARKEN_TIME_ZONE": "Asia/Tokyo"]).standard.name.text == "Asia/Tokyo")
    }

    @Test(
        arguments: [
            ("/usr/share/zoneinfo/Europe/Berlin", "Europe/Berlin"), ("/usr/share/zoneinfo/posix/Europe/Berlin", "Europe/Berlin"),
            ("/usr/share/zoneinfo/right/Europe/Berlin", nil), ("/etc/localtime", nil), ("/usr/share/zoneinfo/../x", nil),
        ] as [(String, String?)])
    func `have the name of their file`(path: String, name: String?) { #expect(SystemTimeZones.name(ofFile: path)?.text == name) }
}
