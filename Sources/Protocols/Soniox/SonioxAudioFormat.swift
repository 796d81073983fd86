import Speech

/// The values of `audio_format`.
///
/// Source: Soniox "Real-time API" reference, audio formats.
enum SonioxAudioFormat {
    /// - Returns: the encoding of a raw format; nil when the name is unknown or not a raw format.
    static func encoding(_ name: String) -> AudioEncoding? {
        switch name {
        case "pcm_s16le": .linear16
        case "pcm_s32le": .linear32
        case "pcm_s8", "pcm_s8le", "pcm_s8be": .signed8
        case "pcm_u8", "pcm_u8le", "pcm_u8be": .unsigned8
        case "mulaw": .mulaw
        case "alaw": .alaw
        // Other encodings have the same name here as at the vendor.
        default: name.hasPrefix("pcm_") ? AudioEncoding(rawValue: name) : nil
        }
    }

    static func isContainer(_ name: String) -> Bool { containers.contains(name) }

    private static let containers: Set<String> = ["auto", "aac", "aiff", "amr", "asf", "flac", "mp3", "ogg", "wav", "webm"]
}
