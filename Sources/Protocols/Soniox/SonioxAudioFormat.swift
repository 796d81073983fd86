import Speech

/// The values of `audio_format`.
///
/// Source: Soniox "Real-time API" reference, audio formats.
enum SonioxAudioFormat {
    /// - Returns: nil when it is a raw format that is not known, or no format at all.
    static func encoding(_ name: String) -> AudioEncoding? {
        switch name {
        case "pcm_s16le": .linear16
        case "pcm_s32le": .linear32
        case "mulaw": .mulaw
        case "alaw": .alaw
        default: nil
        }
    }

    static func isContainer(_ name: String) -> Bool { containers.contains(name) }

    private static let containers: Set<String> = ["auto", "aac", "aiff", "amr", "asf", "flac", "mp3", "ogg", "wav", "webm"]
}
