import Evaluation
import Sessions
import Speech
import Store

/// Recognises the recording of an evaluation case with an engine, and measures time and cost.
struct CaseRecognition {
    private let engine: any PrerecordedEngine
    private let asksForSpeakers: Bool
    private let prices: PriceTable

    /// - Parameter prices: the vendors' prices; recognition on this machine costs nothing.
    init(_ engine: any PrerecordedEngine, asksForSpeakers: Bool, prices: PriceTable) {
        self.engine = engine
        self.asksForSpeakers = asksForSpeakers
        self.prices = prices
    }

    /// Returns the engine's answer. A failure gives an answer without words and with a failed run.
    ///
    /// - Throws: `CancellationError` when the user interrupts.
    func answer(to audio: String, language: LanguageTag?) async throws -> EngineAnswer {
        let options = RecognitionOptions(
            language: language, diarize: asksForSpeakers && engine.capabilities.speakers, workload: .background)
        let started = Instant.now
        do throws(EngineError) {
            let transcript = try await engine.recognize(Recording(path: audio), options: options) { _ in }
            let length = transcript.length.duration(at: transcript.rate)
            let work = BilledWork(by: engine.name, model: transcript.model, features: options.billedFeatures, audio: length)
            let cost = prices.cost(of: work, at: .now)
            return Self.answer(transcript, latency: Instant.now - started, cost: cost)
        } catch {
            if error == .cancelled { throw CancellationError() }
            let isLate = if case .timedOut = error { true } else { false }
            return EngineAnswer(
                segments: [], runs: RunFigures(failed: isLate ? 0 : 1, timedOut: isLate ? 1 : 0, latency: Instant.now - started))
        }
    }

    private static func answer(_ transcript: Transcript, latency: Duration, cost: USDollars?) -> EngineAnswer {
        func position(_ index: SampleIndex) -> Duration { SampleCount(index.samples).duration(at: transcript.rate) }
        let words = transcript.channels.flatMap(\.words).sorted { $0.range.start < $1.range.start }
        let segments = transcript.channels.flatMap { channel in
            channel.segments.map { segment in
                EngineAnswer.Segment(
                    text: channel.words[segment.words].text, start: position(segment.range.start),
                    end: position(segment.range.end),
                    cluster: (segment.speaker ?? channel.words[segment.words].first?.speaker).map { String($0.number) })
            }
        }
        return EngineAnswer(
            segments: segments.sorted { ($0.start ?? .zero) < ($1.start ?? .zero) },
            words: words.map {
                EngineAnswer.Word(
                    text: $0.text, start: position($0.range.start), end: position($0.range.end), cluster: $0.speaker.map { String($0.number) })
            },
            runs: RunFigures(latency: latency, billable: transcript.length.duration(at: transcript.rate), cost: cost?.dollars))
    }
}
