/// A sender's description of its audio bytes.
public enum AudioFormat: Hashable, Sendable {
    /// No container around it: the sender names everything.
    case raw(AudioEncoding, SampleRate, channels: Int)
    /// A file or stream that describes itself (WAV, Ogg, WebM, MP4, MP3, FLAC, ADTS, …).
    case container

    /// 16-bit mono.
    public static func linear16(_ rate: SampleRate) -> AudioFormat { .raw(.linear16, rate, channels: 1) }
}
