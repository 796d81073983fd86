import HarkenTesting
import Speech

extension ScriptedEngine {
    /// An engine that hears a word of half a second in every second of a recording: `heard0` at 0.25 s, `heard1` at 1.25 s and so on.
    ///
    /// - Parameters:
    ///   - count: seconds of the recording.
    ///   - speaker: the speaker of all words.
    static func hearingSeconds(
        _ count: Int = 20, name: EngineName = EngineName("scripted"), speaker: SpeakerLabel? = nil
    ) -> ScriptedEngine {
        let words = (0..<count).map {
            Word("heard\($0)", SampleRange(SampleIndex($0 * 16_000 + 4_000), count: SampleCount(8_000)), confidence: 0.75, speaker: speaker)
        }
        let length = SampleCount(count * 16_000)
        let channel = Transcript.Channel(words: words, segments: [.init(range: SampleRange(.zero, count: length), words: 0..<count)])
        return ScriptedEngine(
            name: name,
            transcript: .success(Transcript(rate: .speech, length: length, language: LanguageTag("en"), model: "scripted-1", channels: [channel])))
    }
}
