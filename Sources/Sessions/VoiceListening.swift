package import Speech

/// Tells if somebody speaks in a piece of audio. A model listens, off the loop.
package protocol VoiceListening: Sendable {
    /// Listens to a piece of audio.
    ///
    /// - Parameters:
    ///   - pcm: 16-bit PCM, all channels interleaved.
    ///   - tell: called once, on any thread; nil: the answer is not known, or does not come soon.
    func listen(to pcm: [UInt8], channels: Int, rate: SampleRate, tell: @escaping @Sendable (Bool?) -> Void)
}
