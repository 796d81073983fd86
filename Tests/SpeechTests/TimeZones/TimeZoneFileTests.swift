import Testing

@testable import Speech

@Suite struct `A file of the time zone database` {
    /// The zone changes on 2001-09-09 at 01:46:40 and on 2033-05-18 at 03:33:20.
    private var file: TimeZoneFile {
        TimeZoneFile(
            changes: [(1_000_000_000, 1), (2_000_000_000, 2)], offsets: [(3_208, "LMT"), (3_600, "CET"), (7_200, "CEST")],
            footer: "CET-1CEST,M3.5.0,M10.5.0/3")
    }

    private func rules(_ file: TimeZoneFile) throws -> TimeZoneRules { try rules(file.bytes) }
    private func rules(_ bytes: [UInt8]) throws -> TimeZoneRules { try TimeZoneRules(#require(TimeZoneName("Europe/Berlin")), file: bytes) }

    private func error(_ bytes: [UInt8]) throws -> TimeZoneFileError? {
        let name = try #require(TimeZoneName("Europe/Berlin"))
        do throws(TimeZoneFileError) { _ = try TimeZoneRules(name, file: bytes) } catch { return error }
        return nil
    }

    private func offset(_ rules: TimeZoneRules, _ second: Int64) -> ZoneOffset { rules.offset(at: UnixTime(milliseconds: second * 1_000)) }

    @Test func `has the offsets between its changes, and the rule after the last one`() throws {
        let rules = try rules(file)
        #expect(offset(rules, -4_000_000_000) == ZoneOffset(seconds: 3_208, abbreviation: "LMT"))
        #expect(offset(rules, 999_999_999).abbreviation == "LMT")
        #expect(offset(rules, 1_000_000_000) == ZoneOffset(seconds: 3_600, abbreviation: "CET"))
        #expect(rules.offset(at: UnixTime(milliseconds: 1_000_000_000_000 - 1)).abbreviation == "LMT")
        #expect(offset(rules, 1_999_999_999).abbreviation == "CET")
        // 18 May 2033 is in summer, and 1 January 2100 is not.
        #expect(offset(rules, 2_000_000_000) == ZoneOffset(seconds: 7_200, abbreviation: "CEST"))
        #expect(offset(rules, 4_102_444_800).abbreviation == "CET")
    }

    @Test func `without a rule keeps its last offset`() throws {
        var file = file
        file.footer = ""
        #expect(try offset(rules(file), 4_102_444_800).abbreviation == "CEST")
    }

    @Test func `of the first version has times of 32 bits`() throws {
        var file = file
        file.version = 0
        file.changes = [(-2_000_000_000, 0), (1_000_000_000, 1)]
        let rules = try rules(file)
        #expect(offset(rules, -1).abbreviation == "LMT")
        #expect(offset(rules, 4_102_444_800).abbreviation == "CET")
    }

    @Test(arguments: [UInt8(0x32), 0x33, 0x34]) func `of later versions is read`(version: UInt8) throws {
        var file = file
        file.version = version
        #expect(try offset(rules(file), 1_500_000_000).abbreviation == "CET")
    }

    @Test func `that is cut anywhere is refused`() throws {
        let bytes = file.bytes
        for length in bytes.indices { #expect(try error(Array(bytes[..<length])) != nil, "\(length)") }
    }

    @Test func `with any changed byte is read or refused`() throws {
        let bytes = file.bytes
        for index in bytes.indices {
            for value in [UInt8(0), 1, 0x7F, 0x80, 0xFF] {
                var changed = bytes
                changed[index] = value
                guard let rules = try? rules(changed) else { continue }
                for second in [Int64(-4_000_000_000), 0, 1_500_000_000, 4_102_444_800] {
                    _ = rules.start(of: rules.day(of: .init(milliseconds: second * 1_000)))
                }
            }
        }
    }

    @Test func `says what is wrong with it`() throws {
        var leaps = file, backwards = file, wrongIndex = file, wrongOffset = file, wrongName = file, wrongRule = file, empty = file
        leaps.leapSeconds = 1
        backwards.changes.swapAt(0, 1)
        wrongIndex.changes[0].offset = 3
        wrongOffset.offsets[0].seconds = 100_000
        wrongName.offsets[0].name = "<b>"
        wrongRule.footer = "CET"
        empty.offsets = []
        #expect(try error(leaps.bytes) == .leapSeconds)
        #expect(try error(backwards.bytes) == .invalid("order of changes"))
        #expect(try error(wrongIndex.bytes) == .invalid("offset of a change"))
        #expect(try error(wrongOffset.bytes) == .invalid("offset"))
        #expect(try error(wrongName.bytes) == .invalid("name of an offset"))
        #expect(try error(wrongRule.bytes) == .invalid("rule"))
        #expect(try error(empty.bytes) == .invalid("number of offsets"))
        #expect(try error(Array("No such file".utf8)) == .notTimeZone)
        #expect(try error([UInt8](repeating: 0x54, count: TimeZoneRules.maxFile + 1)) == .notTimeZone)
    }

    @Test(arguments: ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+1", "America/Port-au-Prince", "EST5EDT"])
    func `has a name`(name: String) { #expect(TimeZoneName(name)?.text == name) }

    @Test(arguments: [
        "", "/", "/etc/passwd", "../../etc/passwd", "Europe/../../etc/passwd", "Europe//Berlin", "Europe/", "./UTC", "Europe/Berlin\0",
        "Europe/Ber lin",
        "zone.tab", "posix/Europe/Berlin", "right/Europe/Berlin", "localtime", "posixrules", "Factory", "+VERSION", "Европа/Москва",
        String(repeating: "a", count: 65),
    ])
    func `has no other name`(name: String) { #expect(TimeZoneName(name) == nil) }

    @Test func `is read once, and UTC never`() throws {
        let berlin = try rules(file), name = try #require(TimeZoneName("Europe/Berlin"))
        let zones = TimeZones { $0 == name ? berlin : nil }, utc = try #require(TimeZoneName("Etc/UTC"))
        #expect(zones[name] == berlin)
        #expect(zones.zone(of: name) == berlin)
        #expect(zones.zone(of: nil) == .utc)
        #expect(zones.zone(of: TimeZoneName("Europe/Nowhere")) == .utc)
        #expect(zones[utc]?.offset(at: UnixTime(milliseconds: 0)).seconds == 0)
        #expect(TimeZones(standard: berlin).zone(of: nil) == berlin)
    }
}
