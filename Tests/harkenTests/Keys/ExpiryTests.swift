import Speech
import Testing

@testable import harken

@Suite struct `Expiry of a key` {
    @Test(arguments: [("90m", 5_400), ("12h", 43_200), ("30d", 2_592_000), ("8w", 4_838_400)])
    func `is a time from now`(text: String, seconds: Int64) {
        #expect(Expiry(text) == .after(.seconds(seconds)))
        #expect(Expiry(text)?.time(from: UnixTime(milliseconds: 5)) == UnixTime(milliseconds: 5 + seconds * 1_000))
    }

    @Test func `is a day`() {
        #expect(Expiry("2027-01-31")?.time(from: UnixTime(milliseconds: 0)).rfc3339 == "2027-01-31T00:00:00.000Z")
    }

    @Test(arguments: ["", "d", "0d", "-1d", "5", "5y", "1.5h", "2027-02-30", "2027-1-31", "2027-01", "tomorrow", "99999999999999999999d", "9999999w"])
    func `is nothing else`(text: String) {
        #expect(Expiry(text) == nil)
    }
}
