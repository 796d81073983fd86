/// The cells of the table that stay empty.
extension Muxing {
    /// Formats without a clock, of one sound track: the sound is what follows.
    private static let bare: Set<String> = [
        "aac", "ac3", "aiff", "amr", "au", "caf", "dts", "eac3", "flac", "gsm", "latm", "mp3", "sox", "tta", "voc", "w64", "wav", "wv",
    ]

    /// Returns the reason why no file with a feature is tried; nil: it is tried.
    func reason(without feature: Feature) -> String? {
        if Self.bare.contains(suffix) { return "the format has no clock, and one sound track" }
        switch feature {
        case .offset where suffix == "rm": return "ffmpeg's writer of RealMedia counts frames in place of time stamps"
        case .offset where picture == nil && ["ogg", "oga", "opus", "spx", "wma", "ts"].contains(suffix):
            return "nothing of the file begins before the sound, with which players begin"
        case .hole where suffix == "rm": return "ffmpeg's writer of RealMedia counts frames in place of time stamps"
        case .hole where suffix == "avi": return "AVI counts its packets from the start that its header tells"
        case .hole where file == "pcm.mov": return "plain samples in MOV have no time stamps of their own"
        case .tracks where suffix == "rm": return "ffmpeg's writer of RealMedia puts all sound into one stream"
        case .tracks where suffix == "flv": return "ffmpeg writes and reads several sound tracks of Flash Video from version 8 on only"
        case .offset, .hole, .tracks: return nil
        }
    }
}
