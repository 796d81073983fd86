package import Speech

/// What a WAV file of plain samples says of itself.
package struct WAVDescription: Sendable, Equatable {
    package var rate: SampleRate
    package var channels: Int

    /// - Parameter head: the file's first bytes, some 60,000 of them. nil when it is not such a file.
    package init?(head: [UInt8]) {
        guard case .found(let header) = WAVHeader.read(head) else { return nil }
        rate = SampleRate(hertz: header.hertz)
        channels = header.channels
    }
}
