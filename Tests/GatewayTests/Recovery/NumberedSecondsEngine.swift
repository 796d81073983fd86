import Foundation
import Speech

/// An engine for recordings that hears one word in each second of a session, in whichever part of the session a recording begins. The session's audio has the
/// number of the second in each sample.
final class NumberedSecondsEngine: PrerecordedEngine {
    let name = EngineName.local
    let capabilities = Capabilities(streaming: false, prerecorded: true, languages: .only(["en"]), models: ["numbered-1"])
    private let texts: [String]

    /// - Parameter texts: the word of each second; empty: there is none.
    init(_ texts: [String]) { self.texts = texts }

    /// Returns the PCM of a second of the session, 16 kHz.
    static func pcm(_ second: Int) -> [UInt8] { (0..<16_000).flatMap { _ in [UInt8(second), 0] } }

    func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript {
        guard let content = FileManager.default.contents(atPath: recording.path) else { throw .unavailable("the recording cannot be read") }
        let pcm = [UInt8](content), seconds = stride(from: 0, to: pcm.count - 1, by: 2).map { Int(pcm[$0]) }
        var words: [Word] = []
        for (second, text) in texts.enumerated() where !text.isEmpty {
            guard let first = seconds.firstIndex(of: second), let last = seconds.lastIndex(of: second) else { continue }
            words.append(Word(text, SampleRange(SampleIndex(first), SampleIndex(last + 1)), confidence: 0.75))
        }
        return Transcript(
            rate: .speech, length: SampleCount(seconds.count), language: LanguageTag("en"), model: "numbered-1",
            channels: [.init(words: words, segments: [])])
    }
}
