/// The type of a recording, found by its first bytes. Some services decide by a file's name instead of its content.
package enum RecordingKind: String, Sendable, CaseIterable {
    case wav, mp3, ogg, flac, m4a, webm, amr, aac

    /// Returns the type; nil for any other.
    ///
    /// - Parameter bytes: the first 12 or more bytes.
    package init?(firstBytes bytes: [UInt8]) {
        func has(_ text: StaticString, at offset: Int = 0) -> Bool {
            text.withUTF8Buffer { wanted in bytes.dropFirst(offset).starts(with: wanted) }
        }
        switch true {
        case has("RIFF") && has("WAVE", at: 8), has("RF64"): self = .wav
        case has("OggS"): self = .ogg
        case has("fLaC"): self = .flac
        case has("ftyp", at: 4): self = .m4a
        case bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]): self = .webm
        case has("#!AMR"): self = .amr
        case has("ID3"): self = .mp3
        // Frame headers: the layer is 0 in ADTS, and not 0 in MPEG audio.
        case bytes.count > 1 && bytes[0] == 0xFF && bytes[1] & 0xF6 == 0xF0: self = .aac
        case bytes.count > 1 && bytes[0] == 0xFF && bytes[1] & 0xE0 == 0xE0: self = .mp3
        case _: return nil
        }
    }

    package var contentType: String {
        switch self {
        case .wav: "audio/wav"
        case .mp3: "audio/mpeg"
        case .ogg: "audio/ogg"
        case .flac: "audio/flac"
        case .m4a: "audio/mp4"
        case .webm: "audio/webm"
        case .amr: "audio/amr"
        case .aac: "audio/aac"
        }
    }
}
