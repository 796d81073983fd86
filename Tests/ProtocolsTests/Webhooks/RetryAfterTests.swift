import Framing
import Protocols
import Speech
import Testing

@Suite struct `The header Retry-After` {
    /// Sunday, 6 November 1994, 08:49:07.
    private let now = UnixTime(rfc3339: "1994-11-06T08:49:07Z") ?? UnixTime(milliseconds: 0)

    @Test(arguments: [
        ("0", Duration.zero), ("30", .seconds(30)), (" 30", .seconds(30)), ("3600", .seconds(3_600)),
        ("99999999999", RetryAfter.maxWait), ("99999999999999999999999999", RetryAfter.maxWait),
        ("Sun, 06 Nov 1994 08:49:37 GMT", .seconds(30)), ("Sunday, 06-Nov-94 08:49:37 GMT", .seconds(30)),
        ("Sun Nov  6 08:49:37 1994", .seconds(30)), ("Mon, 07 Nov 1994 08:49:07 GMT", .seconds(86_400)),
        ("Sun, 06 Nov 1994 08:49:06 GMT", .zero), ("Sun, 06 Nov 1994 00:00:00 GMT", .zero),
        ("Fri, 01 Jan 9999 00:00:00 GMT", RetryAfter.maxWait),
        // Two digits of a year: 2044 is 50 years ahead.
        ("Sunday, 06-Nov-44 08:49:07 GMT", RetryAfter.maxWait), ("Sunday, 06-Nov-00 08:49:07 GMT", RetryAfter.maxWait),
        ("Sunday, 06-Nov-71 08:49:07 GMT", .zero),
    ]) func `asks for seconds or for a date`(value: String, wait: Duration) {
        #expect(RetryAfter.wait(value, now: now) == wait)
    }

    @Test(arguments: [
        (Duration.zero, "1"), (.seconds(-5), "1"), (.milliseconds(1), "1"), (.milliseconds(999), "1"), (.seconds(1), "1"),
        (.nanoseconds(1_000_000_001), "2"), (.milliseconds(1_500), "2"), (.seconds(2), "2"), (.milliseconds(59_001), "60"), (.seconds(7_200), "7200"),
    ]) func `tells a wait in whole seconds, rounded up and at least 1`(wait: Duration, value: String) {
        var headers = HTTPHeaders()
        headers.setRetryAfter(wait)
        #expect(headers == ["Retry-After": value])
    }

    @Test(arguments: [
        ("0", Duration.zero), ("7", .seconds(7)), ("-1", .zero), ("3600", .seconds(3_600)), ("99999", .seconds(3_600)),
    ]) func `of a vendor is read in whole seconds, up to an hour`(value: String, wait: Duration) {
        let headers: HTTPHeaders = ["retry-after": value]
        #expect(headers.retryAfter == wait)
    }

    @Test(arguments: ["", "1.5", "Sun, 06 Nov 1994 08:49:37 GMT"])
    func `of a vendor is ignored where it has anything else`(value: String) {
        #expect((["Retry-After": value] as HTTPHeaders).retryAfter == nil)
    }

    @Test func `is left out where nobody knows the wait`() {
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        headers.setRetryAfter(nil)
        #expect(headers == ["Content-Type": "application/json"])
    }

    @Test(arguments: [
        "", " ", "-1", "1.5", "30s", "0x10", "1e3", "soon", "GMT", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 199 08:49:37 GMT", "1994-11-06T08:49:37Z", "٣٠", String(repeating: "1", count: 65), String(repeating: "a", count: 100_000),
    ]) func `is ignored where it cannot be read`(value: String) {
        #expect(RetryAfter.wait(value, now: now) == nil)
    }
}
