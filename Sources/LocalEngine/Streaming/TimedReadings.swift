import Speech
import Synchronization

/// The latest readings of a channel by a model that gives the times of its words. Words that become final get their times from there.
final class TimedReadings: Sendable {
    private struct Reading {
        var audio: SampleRange
        var result: SegmentResult
    }

    /// Maximum number of readings that are kept. The words of a final come from one of the last three.
    private static let memory = 8

    private let readings = Mutex<[Reading]>([])

    /// Keeps the result of a reading, and returns its words as the core takes them.
    func add(_ result: SegmentResult, of audio: SampleRange) -> [LiveWord] {
        readings.withLock { $0 = ($0 + [Reading(audio: audio, result: result)]).suffix(Self.memory) }
        return result.words.map { LiveWord($0.text, confidence: $0.confidence, language: $0.language, blankBefore: $0.blankBefore) }
    }

    /// Returns the times of the words with these texts, the last ones of a reading of audio that ends at `end`; in proportion to their letters when no
    /// reading has them.
    func times(of texts: [String], through end: SampleIndex, speech: SampleRange) -> [SampleRange] {
        let reading = readings.withLock { $0.last { $0.audio.end == end && $0.result.words.suffix(texts.count).map(\.text) == texts } }
        return reading.map { $0.result.words.suffix(texts.count).map(\.range) } ?? ProportionalTimes.ranges(of: texts, in: speech)
    }

    /// Returns true if the latest reading of this audio has no words because its text could not be right.
    func isEmptied(_ audio: SampleRange) -> Bool {
        readings.withLock { $0.last { $0.audio == audio }.map { $0.result.words.isEmpty && $0.result.isSuspect } ?? false }
    }
}
