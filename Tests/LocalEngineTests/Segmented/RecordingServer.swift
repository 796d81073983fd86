import Glibc
import LocalEngine
import Speech
import Synchronization

/// An engine for recordings as a test makes it up: counts what it is asked, and answers by a script.
final class RecordingServer: PrerecordedEngine {
    struct State {
        /// Seconds of audio in each request, in order.
        var requests: [Double] = []
        var running = 0
        var maxRunning = 0
    }

    let name = EngineName("openai")
    let capabilities = Capabilities(streaming: false, prerecorded: true, languages: .only(["en"]), models: ["whisper-1"])
    let state = Mutex(State())
    private let answer: @Sendable (_ number: Int, _ seconds: Double) async throws(EngineError) -> Transcript

    /// - Parameter answer: returns the answer to the request with this number, counted from 1.
    init(_ answer: @escaping @Sendable (_ number: Int, _ seconds: Double) async throws(EngineError) -> Transcript) { self.answer = answer }

    var requests: [Double] { state.withLock { $0.requests } }

    func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript {
        let seconds = Double(Self.byteCount(recording.path)) / 32_000
        let number = state.withLock { state in
            state.requests.append(seconds)
            state.running += 1
            state.maxRunning = max(state.maxRunning, state.running)
            return state.requests.count
        }
        defer { state.withLock { $0.running -= 1 } }
        return try await answer(number, seconds)
    }

    private static func byteCount(_ path: String) -> Int {
        guard let file = fopen(path, "r") else { return 0 }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        return ftell(file)
    }

    /// Returns a transcript of these words, spread evenly over `seconds`.
    static func transcript(_ words: [String], seconds: Double, isEstimated: Bool = false) -> Transcript {
        let length = SampleCount(.seconds(seconds), at: .speech)
        let step = length.samples / Int64(max(1, words.count))
        let placed = words.enumerated().map { index, text in
            Word(text, SampleRange(SampleIndex(Int64(index) * step), count: SampleCount(step)), confidence: 1)
        }
        let whole = Transcript.Segment(range: SampleRange(.zero, count: length), words: placed.indices)
        return Transcript(
            rate: .speech, length: length, language: .english, model: "whisper-1",
            channels: [Transcript.Channel(words: placed, segments: [whole], estimated: isEstimated ? [whole] : [])])
    }
}
