package import Speech

/// The description that a WAV file of plain samples has in its header.
package struct WAVDescription: Sendable, Equatable {
    package var rate: SampleRate
    package var channels: Int

    /// Reads the header; nil when the file is not WAV with plain samples.
    ///
    /// - Parameter head: the file's first bytes, about 60,000 of them.
    package init?(head: [UInt8]) {
        guard case .found(let header) = WAVHeader.read(head) else { return nil }
        rate = SampleRate(hertz: header.hertz)
        channels = header.channels
    }
}
