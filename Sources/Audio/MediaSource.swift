package import Speech

/// A recording that is being decoded into consecutive blocks of samples. One thread or task at a time may use it.
package protocol DecodedMedia: AnyObject {
    /// Sample rate of all blocks.
    var rate: SampleRate { get }
    /// Number of channels in every block.
    var channelCount: Int { get }
    /// Length that the container declares or the file size implies, at `rate`; nil when it cannot be known. Use it for progress only: the blocks
    /// decide.
    var length: SampleCount? { get }
    /// True when `length` is estimated from the bit rate of the first packets. The estimate may be wrong by any factor.
    var isLengthGuessed: Bool { get }
    /// Number of damaged packets that were skipped so far.
    var skippedPackets: Int { get }
    /// True if the file is one sound track from 0:00 on, so that every decoder hears the same in it. Only files without a picture are.
    var isPlain: Bool { get }
    /// Facts that readers of the transcript have to know: other sound tracks, holes, a cut. Complete after the end; those about tracks are known at
    /// the start.
    var notices: [RecordingNotice] { get }
    /// Time at which the recording began, as the file itself says; nil when it does not say. Any file may say anything, so the reader checks the time.
    var recorded: UnixTime? { get }

    /// Returns the next `count` samples of each channel, fewer only at the end; nil after the end. Blocks. Throws `.cancelled` when the calling task
    /// is cancelled.
    func next(_ count: SampleCount) throws(MediaError) -> AudioBlock?
}

extension DecodedMedia {
    /// Returns the next 16,000 samples of each channel: one second at the rate of speech.
    package func next() throws(MediaError) -> AudioBlock? { try next(SampleCount(16_000)) }
}

/// A decoder of recordings: in this process, or in sandboxed processes that can only decode.
package protocol MediaSource: Sendable {
    /// Waits until there is capacity to decode the recording. Throws `.cancelled` when the calling task is cancelled, and `.unavailable` when nothing
    /// can be decoded now.
    func turn(for recording: Recording) async throws(MediaError) -> any MediaTurn
}

extension MediaSource {
    /// Waits for a turn and opens the recording, with its channels mixed, at the rate of speech. For tasks that may block for a moment.
    package func open(_ recording: Recording) async throws(MediaError) -> sending any DecodedMedia {
        try await turn(for: recording).open(rate: .speech, channels: .mixed)
    }
}

/// Capacity to decode one recording. It is given back when the turn, and the media that it opened, are released.
package protocol MediaTurn: Sendable {
    /// Opens the file and decodes its first samples, so that a file that cannot be decoded fails here. Blocks. Called once.
    ///
    /// - Parameters:
    ///   - rate: desired sample rate.
    ///   - channels: treatment of several channels: mixed to one, or separate.
    func open(rate: SampleRate, channels: ChannelTreatment) throws(MediaError) -> sending any DecodedMedia
}

/// Decodes recordings in this process: for programs whose user chose the file, and for tests.
package struct InProcessMedia: MediaSource {
    package init() {}

    package func turn(for recording: Recording) async throws(MediaError) -> any MediaTurn { InProcessTurn(recording) }
}

/// Decodes one recording in this process, without waiting for a turn.
package struct InProcessTurn: MediaTurn {
    private let recording: Recording

    package init(_ recording: Recording) { self.recording = recording }

    package func open(rate: SampleRate, channels: ChannelTreatment) throws(MediaError) -> sending any DecodedMedia {
        try MediaFile(recording, rate: rate, channels: channels)
    }
}
