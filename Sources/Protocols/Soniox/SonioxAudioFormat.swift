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
        case "pcm_s8", "pcm_s8le", "pcm_s8be": .signed8
        case "pcm_u8", "pcm_u8le", "pcm_u8be": .unsigned8
        case "mulaw": .mulaw
        case "alaw": .alaw
        // The others have the vendor's own names.
        default: name.hasPrefix("pcm_") ? AudioEncoding(rawValue: name) : nil
        }
    }

    static func isContainer(_ name: String) -> Bool { containers.contains(name) }

    private static let containers: Set<String> = ["auto", "aac", "aiff", "amr", "asf", "flac", "mp3", "ogg", "wav", "webm"]
}
