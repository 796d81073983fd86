/// The output format of a transcript.
enum TranscriptFormat: String, CaseIterable, Sendable {
    case text, json, srt, vtt
}
