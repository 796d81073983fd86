package import Speech

/// Audio that is being decoded from a recording: blocks of samples, one behind the other. Belongs to one thread or task at a time.
package protocol DecodedMedia: AnyObject {
    /// Sample rate of all blocks.
    var rate: SampleRate { get }
    /// Channels of every block.
    var channelCount: Int { get }
    /// Length that the container declares or its size implies, at `rate`; nil when it cannot be known. For progress: the blocks decide.
    var length: SampleCount? { get }
    /// True when `length` is a guess from the bit rate of the first packets, which may be wrong by any factor.
    var isLengthGuessed: Bool { get }
    /// Damaged packets that were left out so far.
    var skippedPackets: Int { get }

    /// The next `count` samples of each channel, fewer only at the end; nil after it. Blocks. Throws `.cancelled` when the calling task is cancelled.
    func next(_ count: SampleCount) throws(MediaError) -> AudioBlock?
}

extension DecodedMedia {
    /// The next 16,000 samples of each channel: one second of speech.
    package func next() throws(MediaError) -> AudioBlock? { try next(SampleCount(16_000)) }
}

/// A decoder of recordings: in this process, or in processes that can do nothing else.
package protocol MediaSource: Sendable {
    /// Waits until there is room to decode the recording. Throws `.cancelled` when the calling task is cancelled, `.unavailable` when nothing can be
    /// decoded now.
    func turn(for recording: Recording) async throws(MediaError) -> any MediaTurn
}

extension MediaSource {
    /// Waits for its turn and opens the recording, its channels mixed, at the rate of speech. For tasks that may block for a moment.
    package func open(_ recording: Recording) async throws(MediaError) -> sending any DecodedMedia {
        try await turn(for: recording).open(rate: .speech, channels: .mixed)
    }
}

/// Room to decode one recording; given back when it, and what it opened, are gone.
package protocol MediaTurn: Sendable {
    /// Opens the file and decodes its first samples, so that a file that cannot be decoded fails here. Blocks. Called once.
    ///
    /// - Parameters:
    ///   - rate: sample rate that is wanted.
    ///   - channels: mixed to one, or each by itself.
    func open(rate: SampleRate, channels: ChannelTreatment) throws(MediaError) -> sending any DecodedMedia
}

/// Decodes in this process: for programs whose user chose the file, and for tests.
package struct InProcessMedia: MediaSource {
    package init() {}

    package func turn(for recording: Recording) async throws(MediaError) -> any MediaTurn { InProcessTurn(recording) }
}

/// Decodes a recording in this process, where nobody has to wait for a turn.
package struct InProcessTurn: MediaTurn {
    private let recording: Recording

    package init(_ recording: Recording) { self.recording = recording }

    package func open(rate: SampleRate, channels: ChannelTreatment) throws(MediaError) -> sending any DecodedMedia {
        try MediaFile(recording, rate: rate, channels: channels)
    }
}
