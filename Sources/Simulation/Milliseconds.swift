import Speech

/// Conversion of milliseconds, in which scenarios are written. Every simulated session runs at 16 kHz, so a millisecond has 16 samples.
enum Milliseconds {
    static let rate = SampleRate.speech

    static func samples(_ milliseconds: Int) -> SampleCount { SampleCount(milliseconds * 16) }

    static func index(_ milliseconds: Int) -> SampleIndex { SampleIndex(milliseconds * 16) }

    static func text(_ index: SampleIndex) -> String { text(index.samples) }

    /// Returns seconds with three digits.
    static func text(_ samples: Int64) -> String { seconds(microseconds: samples * 125 / 2) }

    static func text(_ range: SampleRange) -> String { "\(text(range.start))–\(text(range.end))" }

    static func seconds(microseconds: Int64) -> String {
        let milliseconds = (abs(microseconds) + 500) / 1_000
        let digits = String(milliseconds % 1_000)
        return (microseconds < 0 ? "-" : "") + "\(milliseconds / 1_000)." + String(repeating: "0", count: 3 - digits.utf8.count) + digits
    }
}
