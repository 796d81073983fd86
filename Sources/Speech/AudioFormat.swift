/// A sender's description of its audio bytes.
public enum AudioFormat: Hashable, Sendable {
    /// Audio without a container: the sender gives encoding, rate and channels.
    case raw(AudioEncoding, SampleRate, channels: Int)
    /// A file or stream whose container describes the audio (WAV, Ogg, WebM, MP4, MP3, FLAC, ADTS, …).
    case container

    /// Plain 16-bit mono audio.
    public static func linear16(_ rate: SampleRate) -> AudioFormat { .raw(.linear16, rate, channels: 1) }
}
