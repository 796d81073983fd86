import Speech
import Testing

@Suite struct `Unix time` {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_795_162_150_000, "2026-11-20T08:09:10.000Z"), (4_107_542_399_000, "2100-02-28T23:59:59.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func `is written as RFC 3339`(milliseconds: Int64, text: String) {
        #expect(UnixTime(milliseconds: milliseconds).rfc3339 == text)
    }

    @Test func `of a day is its midnight, for every day of four centuries`() throws {
        var expected: Int64 = 0
        for year in 1970...2370 {
            for month in 1...12 {
                for day in 1...31 {
                    guard let time = UnixTime(year: year, month: month, day: day) else { continue }
                    #expect(time.milliseconds == expected)
                    expected += 86_400_000
                }
            }
        }
        #expect(UnixTime(year: 2370, month: 12, day: 31)?.rfc3339 == "2370-12-31T00:00:00.000Z")
    }

    @Test(arguments: [(2026, 2, 29), (2026, 13, 1), (2026, 0, 1), (2026, 4, 31), (1969, 12, 31), (2026, 1, 0), (10_000, 1, 1)])
    func `of a day that does not exist is none`(year: Int, month: Int, day: Int) {
        #expect(UnixTime(year: year, month: month, day: day) == nil)
    }

    @Test func `moves by a duration`() {
        #expect(UnixTime(milliseconds: 500) + .milliseconds(1_750) == UnixTime(milliseconds: 2_250))
    }
}
