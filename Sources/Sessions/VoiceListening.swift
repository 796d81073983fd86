package import Speech

/// Tells whether somebody speaks in a piece of audio. Off the loop: a model listens.
package protocol VoiceListening: Sendable {
    /// - Parameters:
    ///   - pcm: 16-bit, all channels interleaved.
    ///   - tell: called once, on any thread; nil: it cannot be told, or not soon.
    func listen(to pcm: [UInt8], channels: Int, rate: SampleRate, tell: @escaping @Sendable (Bool?) -> Void)
}
