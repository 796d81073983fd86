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

    /// Returns the times of the words with these texts, the last ones of a reading of this audio, or else of audio that ends with it; in proportion to
    /// their letters when no reading has them.
    func times(of texts: [String], in audio: SampleRange, speech: SampleRange) -> [SampleRange] {
        let fitting = readings.withLock { readings in
            readings.filter { $0.audio.end == audio.end && $0.result.words.suffix(texts.count).map(\.text) == texts }
        }
        // Another reading with the same end may come before the question or behind it.
        let reading = fitting.last { $0.audio == audio } ?? fitting.last
        return reading.map { $0.result.words.suffix(texts.count).map(\.range) } ?? ProportionalTimes.ranges(of: texts, in: speech)
    }

    /// Returns true if the latest reading of this audio has no words because its text could not be right.
    func isEmptied(_ audio: SampleRange) -> Bool {
        readings.withLock { $0.last { $0.audio == audio }.map { $0.result.words.isEmpty && $0.result.isSuspect } ?? false }
    }
}
