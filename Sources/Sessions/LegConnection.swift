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

    init(id: LegID, slot: Int, engine: EngineName, stream: any EngineStream, channels: Range<Int>, sessionChannels: Int) {
        self.id = id
        self.slot = slot
        self.engine = engine
        self.stream = stream
        self.channels = channels
        self.sessionChannels = sessionChannels
    }

    /// - Parameter pcm: the session's, 16-bit interleaved.
    func send(_ pcm: RawSpan, scratch: inout [UInt8]) {
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
