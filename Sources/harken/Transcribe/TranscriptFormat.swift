/// The output format of a transcript.
enum TranscriptFormat: String, CaseIterable, Sendable {
    case text, json, srt, vtt

    /// True if a file can hold one transcript only.
    var needsOwnFile: Bool { self == .srt || self == .vtt }
}
