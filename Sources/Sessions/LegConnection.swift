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
    /// Place of the leg's first sample in the session.
    let origin: SampleIndex
    /// The last pause of each channel of the leg: its number at the engine, and its place in the session.
    private var pauses: [ChannelIndex: (number: Int, position: SampleIndex)] = [:]

    init(
        id: LegID, slot: Int, engine: EngineName, stream: any EngineStream, gated: GatedStream?, channels: Range<Int>, sessionChannels: Int,
        model: String?, origin: SampleIndex
    ) {
        self.id = id
        self.slot = slot
        self.engine = engine
        self.stream = stream
        self.gated = gated
        self.channels = channels
        self.sessionChannels = sessionChannels
        self.model = model
        self.origin = origin
    }

    /// Places a finding of the engine in the session; nil when the finding is about an earlier pause than the last one.
    func place(_ hearing: EngineHearing) -> Placed? {
        switch hearing {
        case .speech(let channel, let range, let pause):
            let onLeg = gated?.place(range) ?? range, shift = origin - SampleIndex.zero
            let placed = SampleRange(onLeg.start + shift, onLeg.end + shift)
            if let pause { pauses[channel] = (pause, placed.end) }
            return .speech(HeardSpeech(channel: place(channel), range: placed))
        case .turn(let channel, let pause, let probability):
            guard let last = pauses[channel], last.number == pause else { return nil }
            return .turn(TurnJudgment(channel: place(channel), position: last.position, probability: probability, engine: engine))
        case .decided(let channel, let position):
            let onLeg = gated?.place(position) ?? position
            return .decided(place(channel), onLeg + (origin - SampleIndex.zero))
        }
    }

    /// A finding of the engine, in the session's channels and positions.
    enum Placed {
        case speech(HeardSpeech)
        case turn(TurnJudgment)
        case decided(ChannelIndex, SampleIndex)
    }

    private func place(_ channel: ChannelIndex) -> ChannelIndex { ChannelIndex(channels.lowerBound + channel.number) }

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
