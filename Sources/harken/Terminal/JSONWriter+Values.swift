import Framing
import Speech

extension JSONWriter {
    /// Writes `start` and `end`, in seconds.
    mutating func members(of range: SampleRange, at rate: SampleRate) {
        member("start", range.start.seconds(at: rate), decimals: 3)
        member("end", range.end.seconds(at: rate), decimals: 3)
    }
}
