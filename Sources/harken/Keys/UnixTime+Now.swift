import Glibc
import Speech

extension UnixTime {
    /// The wall clock.
    static var now: UnixTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UnixTime(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// To the minute, for people: `2026-11-20 08:09 UTC`.
    var readable: String { rfc3339.prefix(10) + " " + rfc3339.dropFirst(11).prefix(5) + " UTC" }
}
