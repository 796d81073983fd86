import Continuity
import Speech

/// The driver's side of a leg: the engine's stream, and the session's channels that it hears. A class, so that sending a frame copies nothing.
final class LegConnection {
    let id: LegID
    /// The leg's slot in the session's machine.
    let slot: Int
    let engine: EngineName
    let stream: any EngineStream
    /// The same stream, if the session's gate stands before it; nil otherwise.
    let gated: GatedStream?
    /// The session's channels that the leg hears.
    let channels: Range<Int>
    let sessionChannels: Int
    /// The engine's name for the requested model; nil: not known.
    let model: String?

    init(
        id: LegID, slot: Int, engine: EngineName, stream: any EngineStream, gated: GatedStream?, channels: Range<Int>, sessionChannels: Int,
        model: String?
    ) {
        self.id = id
        self.slot = slot
        self.engine = engine
        self.stream = stream
        self.gated = gated
        self.channels = channels
        self.sessionChannels = sessionChannels
        self.model = model
    }

    /// Sends the leg's channels of a frame to the engine.
    ///
    /// - Parameter pcm: the frame of the session: all channels, 16-bit interleaved.
    func send(_ pcm: RawSpan, scratch: inout [UInt8]) {
        guard channels.count != sessionChannels else {
            stream.send(pcm)
            return
        }
        scratch.removeAll(keepingCapacity: true)
        scratch.append(channels, ofInterleaved: pcm, channels: sessionChannels)
        stream.send(scratch.span.bytes)
    }
}
