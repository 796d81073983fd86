import Continuity
import Speech

/// The driver's side of a leg: the engine's stream, and which of the session's channels it hears. A class, so that a frame on its way copies none of it.
final class LegConnection {
    let id: LegID
    /// The leg's, in the session's machine.
    let slot: Int
    let engine: EngineName
    let stream: any EngineStream
    /// The leg's channels among the session's.
    let channels: Range<Int>
    let sessionChannels: Int
    /// The engine's name of the model that it is asked for.
    let model: String?
    private let start: Instant
    private var accepted: Instant?
    /// Bytes of the session's audio.
    private var sentBytes = 0
    private var hasClosed = false

    init(
        id: LegID, slot: Int, engine: EngineName, stream: any EngineStream, channels: Range<Int>, sessionChannels: Int, model: String?, now: Instant
    ) {
        self.id = id
        self.slot = slot
        self.engine = engine
        self.stream = stream
        self.channels = channels
        self.sessionChannels = sessionChannels
        self.model = model
        start = now
    }

    /// The engine takes audio.
    func opened(now: Instant) { accepted = now }

    /// The stream is over.
    ///
    /// - Returns: nil when that was said before.
    func closed(_ error: EngineError?, rate: SampleRate, now: Instant) -> RecognitionRun? {
        guard !hasClosed else { return nil }
        hasClosed = true
        return RecognitionRun(
            .stream, engine: engine, model: model, channels: channels.count, audio: SampleCount(sentBytes / (2 * sessionChannels)).duration(at: rate),
            start: start, accepted: accepted, end: now, error: error)
    }

    /// - Parameter pcm: the session's, 16-bit interleaved.
    func send(_ pcm: RawSpan, scratch: inout [UInt8]) {
        sentBytes += pcm.byteCount
        guard channels.count != sessionChannels else {
            stream.send(pcm)
            return
        }
        let frame = 2 * sessionChannels
        scratch.removeAll(keepingCapacity: true)
        pcm.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count - frame + 1, by: frame) {
                scratch.append(contentsOf: bytes[start + 2 * channels.lowerBound..<start + 2 * channels.upperBound])
            }
        }
        stream.send(scratch.span.bytes)
    }
}
