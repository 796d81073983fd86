import Framing
import Speech

/// A segment of `verbose_json`, with all of Whisper's fields: typed clients reject a segment that lacks one.
///
/// Figures come from the recognizer where it has them. `compression_ratio` can be had for any text. A probability that nobody knows is written as
/// 0.5, which says neither yes nor no, and which the limits of Whisper's own program let pass: `no_speech_prob` is then 0.5, and `avg_logprob` the
/// logarithm of 0.5. `tokens` is empty where the model's vocabulary is not Whisper's, or where the tokens of this part of a text are not known.
struct OpenAIVerboseSegment {
    private let words: ArraySlice<Word>
    private let rate: SampleRate
    private let measures: RecognizerMeasures
    private let tokens: [Int]
    private let temperature: Double

    /// - Parameters:
    ///   - range: indices into the channel's words.
    ///   - temperature: the temperature of an engine that does not say it.
    init(_ range: Range<Int>, of channel: Transcript.Channel, rate: SampleRate, temperature: Double) {
        words = channel.words[range]
        self.rate = rate
        let parts = channel.stretches.compactMap { stretch -> (RecognizedStretch, Range<Int>)? in
            let shared = stretch.words.clamped(to: range)
            return shared.isEmpty ? nil : (stretch, shared)
        }
        // Words of several stretches have the measures of the one that most of the words are in.
        let main = parts.max { ($0.1.count, $1.1.lowerBound) < ($1.1.count, $0.1.lowerBound) }
        measures = main?.0.measures ?? RecognizerMeasures()
        let tokens = parts.map { stretch, shared in stretch.tokens(of: shared) }
        // Tokens are those of the whole text, or none.
        self.tokens = tokens.contains { $0.isEmpty } ? [] : Array(tokens.joined())
        self.temperature = measures.temperature ?? temperature
    }

    func write(id: Int, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("id", id)
        // Without the engine's own: the start of a window of 30 s that has the segment, in frames of 10 ms.
        json.member("seek", measures.seek ?? Int((words.first?.range.start.seconds(at: rate) ?? 0) / 30) * 3_000)
        OpenAITranscriptionAnswer.write(spanOf: words, rate, &json)
        let text = words.text
        json.member("text", " " + text)
        json.key("tokens")
        json.beginArray()
        for token in tokens { json.value(token) }
        json.endArray()
        write("temperature", temperature, &json)
        write("avg_logprob", measures.meanLogProbability ?? words.meanLogConfidence, &json)
        write("compression_ratio", measures.compressionRatio ?? CompressionRatio.of(text), &json)
        write("no_speech_prob", measures.noSpeech ?? Double(Word.unknownConfidence), &json)
        json.endObject()
    }

    /// Writes a figure with all of its digits: a probability may be very small.
    private func write(_ name: StaticString, _ figure: Double, _ json: inout JSONWriter) {
        json.key(name)
        json.value(figure)
    }
}
