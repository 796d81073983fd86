package import Speech

/// An audio or video file, read as a stream of samples: memory stays the same however long it is.
///
/// What a container names outside itself is never opened. Damaged packets are skipped; a file that was cut gives what it holds. Belongs to one
/// thread or task at a time.
///
///     let file = try MediaFile(recording)
///     while let block = try file.next() { use(block.samples) }
package final class MediaFile {
    private let reader: MediaReader

    /// Opens the file and decodes its first samples, so that a file that cannot be decoded fails here.
    ///
    /// - Parameters:
    ///   - rate: of the samples that are wanted.
    ///   - channels: mixed to one, or each by itself.
    package init(_ recording: Recording, rate: SampleRate = .speech, channels: ChannelTreatment = .mixed) throws(MediaError) {
        let hint = try MediaHint(recording.format)
        reader = try MediaReader(try MediaInput(path: recording.path), hint: hint, rate: rate, treatment: channels, isLive: false)
    }

    /// Of all blocks.
    package var rate: SampleRate { reader.rate }
    /// Of every block.
    package var channelCount: Int { reader.channelCount }
    /// What the container says or its size tells of its length, at `rate`; nil when it cannot be known. For progress: the blocks decide.
    package var length: SampleCount? { reader.length }
    /// Packets so far that were damaged and left out.
    package var skippedPackets: Int { reader.skippedPackets }

    /// The next `count` samples of each channel, fewer only at the end; nil after it. Throws `.cancelled` when the task that calls is cancelled.
    package func next(_ count: SampleCount = SampleCount(16_000)) throws(MediaError) -> AudioBlock? {
        let count = Int(max(1, count.samples))
        return try reader.next(atLeast: count, atMost: count)
    }
}
