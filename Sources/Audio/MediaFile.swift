package import Speech

/// An audio or video file, decoded in this process as a stream of samples: memory stays the same however long it is.
///
/// What a container names outside itself is never opened. Damaged packets are skipped; a file that was cut gives what it holds. Belongs to one
/// thread or task at a time.
///
///     let file = try MediaFile(recording)
///     while let block = try file.next() { use(block.samples) }
package final class MediaFile: DecodedMedia {
    private let reader: MediaReader

    /// Opens the file and decodes its first samples, so that a file that cannot be decoded fails here.
    ///
    /// - Parameters:
    ///   - rate: sample rate that is wanted.
    ///   - channels: mixed to one, or each by itself.
    package convenience init(_ recording: Recording, rate: SampleRate = .speech, channels: ChannelTreatment = .mixed) throws(MediaError) {
        try self.init(try MediaInput(path: recording.path), recording.format, rate, channels)
    }

    /// Decodes from an open file, which is closed with this.
    ///
    /// - Parameter descriptor: at the file's start.
    package convenience init(
        descriptor: Int32, format: AudioFormat, rate: SampleRate, channels: ChannelTreatment
    ) throws(MediaError) {
        try self.init(try MediaInput(descriptor: descriptor), format, rate, channels)
    }

    private init(_ input: MediaInput, _ format: AudioFormat, _ rate: SampleRate, _ channels: ChannelTreatment) throws(MediaError) {
        reader = try MediaReader(input, hint: try MediaHint(format), rate: rate, treatment: channels, isLive: false)
    }

    package var rate: SampleRate { reader.rate }
    package var channelCount: Int { reader.channelCount }
    package var length: SampleCount? { reader.length }
    package var isLengthGuessed: Bool { reader.isLengthGuessed }
    package var skippedPackets: Int { reader.skippedPackets }

    package func next(_ count: SampleCount) throws(MediaError) -> AudioBlock? {
        let count = Int(max(1, count.samples))
        return try reader.next(atLeast: count, atMost: count)
    }

    /// Initializes libav and its tables, before a process gives up the right to open files.
    package static func prepare() {
        _ = LibAV.isPrepared
        _ = LibAV.decoders
    }

    /// libav decodes this format. Plain samples without a container are only converted.
    package static func isInterpreted(_ format: AudioFormat) -> Bool {
        if case .raw(let encoding, _, _) = format { encoding.bytesPerSample == nil } else { true }
    }
}
