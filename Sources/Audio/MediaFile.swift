package import Speech

/// An audio or video file, decoded in this process as a stream of samples. The memory does not grow with the length of the file.
///
/// Sample *n* stands where a player shows it: silence stands for a late start and for holes in the file's time stamps.
/// References from a container to other files are never opened. Damaged packets are skipped, and a truncated file gives the audio that it has. One
/// thread or task at a time may use it.
///
///     let file = try MediaFile(recording)
///     while let block = try file.next() { use(block.samples) }
package final class MediaFile: DecodedMedia {
    private let reader: MediaReader

    /// Opens the file and decodes its first samples, so that a file that cannot be decoded fails here.
    ///
    /// - Parameters:
    ///   - rate: desired sample rate.
    ///   - channels: treatment of several channels: mixed to one, or separate.
    package convenience init(_ recording: Recording, rate: SampleRate = .speech, channels: ChannelTreatment = .mixed) throws(MediaError) {
        try self.init(try MediaInput(path: recording.path), recording.format, rate, channels, recording.tracks)
    }

    /// Decodes from an open file. `deinit` closes the file.
    ///
    /// - Parameter descriptor: the open file, positioned at its start.
    package convenience init(
        descriptor: Int32, format: AudioFormat, rate: SampleRate, channels: ChannelTreatment, tracks: TrackChoice = .usual
    ) throws(MediaError) {
        try self.init(try MediaInput(descriptor: descriptor), format, rate, channels, tracks)
    }

    private init(
        _ input: MediaInput, _ format: AudioFormat, _ rate: SampleRate, _ channels: ChannelTreatment, _ tracks: TrackChoice
    ) throws(MediaError) {
        reader = try MediaReader(input, hint: try MediaHint(format), rate: rate, treatment: channels, tracks: tracks, isLive: false)
    }

    package var rate: SampleRate { reader.rate }
    package var channelCount: Int { reader.channelCount }
    package var length: SampleCount? { reader.length }
    package var isLengthGuessed: Bool { reader.isLengthGuessed }
    package var skippedPackets: Int { reader.skippedPackets }
    package var isPlain: Bool { reader.isPlain }
    package var notices: [RecordingNotice] { reader.notices }
    package var recorded: UnixTime? { reader.recorded }

    package func next(_ count: SampleCount) throws(MediaError) -> AudioBlock? {
        let count = Int(max(1, count.samples))
        return try reader.next(atLeast: count, atMost: count)
    }

    /// Initializes libav and its tables. A process calls this before it gives up the right to open files.
    package static func prepare() {
        _ = LibAV.isPrepared
        _ = LibAV.decoderNames
    }

    /// True if libav decodes this format. Plain samples without a container are only converted.
    package static func isInterpreted(_ format: AudioFormat) -> Bool {
        if case .raw(let encoding, _, _) = format { encoding.bytesPerSample == nil } else { true }
    }
}
