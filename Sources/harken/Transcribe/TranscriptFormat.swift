/// How a transcript is written.
enum TranscriptFormat: String, CaseIterable, Sendable {
    case text, json, srt, vtt
}
