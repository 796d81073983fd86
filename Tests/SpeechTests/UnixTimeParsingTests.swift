import Speech
import Testing

@Suite struct `A time of day read` {
    @Test(
        arguments: [
            ("1970-01-01", 0), ("1970-01-02T00:00:00Z", 86_400_000), ("1970-01-01T00:00:00.5Z", 500), ("1970-01-01t00:00:01.0019z", 1_001),
            ("1970-01-01T01:00:00+01:00", 0), ("1970-01-01T22:30:00-01:30", 86_400_000), ("2026-11-20T20:38:45.123Z", 1_795_207_125_123),
        ] as [(String, Int64)])
    func `is the moment that it names`(text: String, milliseconds: Int64) {
        #expect(UnixTime(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test func `is what was written`() {
        for milliseconds in stride(from: Int64(0), to: 4_000_000_000_000, by: 123_456_789_012) {
            let time = UnixTime(milliseconds: milliseconds)
            #expect(UnixTime(rfc3339: time.rfc3339) == time)
        }
    }

    @Test(arguments: [
        "", "x", "1970", "1970-13-01", "1970-01-32", "1970-01-01T", "1970-01-01T00:00", "1970-01-01T24:00:00Z", "1970-01-01T00:00:00",
        "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00Zx", "1970-01-01T00:00:00+1:00", "1970-01-01 ", "１９７０-01-01",
    ])
    func `is nothing when it is none`(text: String) {
        #expect(UnixTime(rfc3339: text) == nil)
    }

    @Test(
        arguments: [
            ("2026-11-20T20:38:45.123Z", 1_795_207_125_123), ("2026-11-20T21:38:45+01:00", 1_795_207_125_000),
            ("2026-11-20T21:38:45 01:00", 1_795_207_125_000), ("2026-11-20 20:38:45Z", 1_795_207_125_000), ("1795207125", 1_795_207_125_000),
            ("1795207125.123", 1_795_207_125_123), ("1795207125123", 1_795_207_125_123), ("0", 0), ("100000000000", 100_000_000_000),
        ] as [(String, Int64)])
    func `is a moment in each form in which clients write one`(text: String, milliseconds: Int64) {
        #expect(UnixTime(moment: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026-11-20", "2026-11-20T20:38:45", "2026-11-20T20:38", "tomorrow", "-1", "+1", ".5", "1e9", "0x10", "inf", "nan", "1.2.3",
        "1000000000000000", "99999999999999999999999", "１７９５２０７１２５",
    ])
    func `is not a moment when it lacks its hour or its offset, or is not a plain number`(text: String) {
        #expect(UnixTime(moment: text) == nil)
    }
}
