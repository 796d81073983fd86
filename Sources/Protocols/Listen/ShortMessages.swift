/// Tells keep-alives of `/listen` from 16-bit samples that a client cuts into several messages: both are messages of one or two bytes.
///
/// A message of two bytes between samples is a keep-alive: as audio it would be one sample. A single byte belongs to the next message if both together
/// are whole samples.
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

    mutating func meaning(of message: RawSpan) -> Meaning {
        let isOdd = message.byteCount % 2 == 1
        switch message.byteCount {
        case 0: return .nothing
        case 1 where !isInSample:
            // A second one shows that the first was a keep-alive.
            single = message.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
            return .nothing
        case 2 where !isInSample: return .nothing
        default:
            let before = isOdd ? single : nil
            single = nil
            if before == nil, isOdd { isInSample.toggle() }
            return before.map { .audioBehind($0) } ?? .audio
        }
    }
}
