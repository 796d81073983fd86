/// Tells keep-alives of `/listen` from 16-bit samples of one channel that a client cuts into several messages: both are messages of one or two bytes.
///
/// A message of two bytes between samples is a keep-alive: as audio it would be one sample, or a channel's tag and half of one. A single byte of audio
/// belongs to the next message if both together are whole samples. Whether a single byte was audio if an even number follows, nothing can tell.
struct ShortMessages: Sendable {
    enum Meaning: Equatable, Sendable {
        case audio
        /// Audio that begins with this byte, which came in a message of its own.
        case audioBehind(UInt8)
        case nothing
    }

    /// True if the last audio ended in the middle of a sample.
    private var isInSample = false
    /// A single byte that came between samples.
    private var single: UInt8?

    /// Returns what a message is.
    ///
    /// - Parameter start: number of bytes before the audio: the channel's tag, or none.
    mutating func meaning(of message: RawSpan, from start: Int = 0) -> Meaning {
        let count = message.byteCount - start, isOdd = count % 2 == 1
        guard count > 0 else { return .nothing }
        switch count {
        case 1 where !isInSample:
            // A second one shows that the first was a keep-alive.
            single = message.unsafeLoad(fromByteOffset: start, as: UInt8.self)
            return .nothing
        // With a tag, one sample is a message of three bytes, which is audio.
        case 2 where !isInSample && start == 0: return .nothing
        default:
            let before = isOdd ? single : nil
            single = nil
            if before == nil, isOdd { isInSample.toggle() }
            return before.map { .audioBehind($0) } ?? .audio
        }
    }
}
