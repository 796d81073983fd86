import Speech
import Testing

@testable import Conversations

@Suite struct `The start of a recording` {
    private static let now = UnixTime(milliseconds: 1_795_822_000_123)

    private func fault(_ text: String, now: UnixTime? = nil) -> RecordingStart.Fault? {
        do throws(RecordingStart.Fault) {
            _ = try RecordingStart.read(text, now: now ?? Self.now)
            return nil
        } catch { return error }
    }

    @Test(arguments: [-86_400_000, -1, 0] as [Int64]) func `is the time that the client says`(before: Int64) throws {
        let time = UnixTime(milliseconds: Self.now.milliseconds + before)
        #expect(try RecordingStart.read(time.rfc3339, now: Self.now) == time)
        #expect(try RecordingStart.check(time, now: Self.now) == time)
    }

    @Test func `is now where the client's clock is a little ahead, and refused beyond that`() throws {
        let tolerance = RecordingStart.clockTolerance
        #expect(try RecordingStart.check(Self.now + tolerance, now: Self.now) == Self.now)
        #expect(fault((Self.now + tolerance + .milliseconds(1)).rfc3339) == .future(now: Self.now))
        #expect(fault("4102444800") == .future(now: Self.now))
    }

    @Test(arguments: [
        ("2026-11-27T12:00:00Z", "2016-11-27T12:00:00Z"), ("2020-03-01T00:00:00Z", "2010-03-01T00:00:00Z"),
        ("2024-02-29T10:00:00Z", "2014-02-28T10:00:00Z"),
    ])
    func `may be ten years ago, and no longer`(now: String, oldest: String) throws {
        let now = try #require(UnixTime(rfc3339: now)), oldest = try #require(UnixTime(rfc3339: oldest))
        #expect(try RecordingStart.check(oldest, now: now) == oldest)
        #expect(fault((oldest + .seconds(-86_400)).rfc3339, now: now) == .tooOld)
        #expect(fault("0", now: now) == .tooOld)
    }

    @Test(arguments: ["", "2026-01-31", "2026-01-31T12:00:00", "yesterday", "-5", "1e9"]) func `needs its hour and its offset`(text: String) {
        #expect(fault(text) == .unreadable)
    }

    @Test func `says what is wrong, in few words`() {
        for fault in [RecordingStart.Fault.unreadable, .future(now: Self.now), .tooOld] {
            // The reason of a WebSocket's close has 123 bytes.
            #expect("started_at \(fault)".utf8.count <= 123)
        }
    }
}
