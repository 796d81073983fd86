package import Speech

/// The link between a leg and its engine when silence is kept from the engine. The leg sends all its audio and gets finals that cover all of it. The
/// engine hears only the passages that the gate lets through.
package struct GatedLeg: Sendable {
    /// Position of the leg's first sample in the session.
    private let origin: SampleIndex
    private let rate: SampleRate
    private var time = GatedTime()
    /// End of the audio that the leg has sent, in the leg's time.
    private var came = SampleIndex.zero
    /// End of the audio for which the gate has decided, in the leg's time.
    package private(set) var considered = SampleIndex.zero
    private var channels: [Channel]
    /// State of one channel. `owed` has the asker of each answer that is still to come, in order.
    private struct Channel: Sendable {
        /// End of the channel's finals, in the leg's time.
        var covered = SampleIndex.zero
        /// End of the channel's finals, in the engine's time.
        var heard = SampleIndex.zero
        var owed: [Asker] = []
    }

    private enum Asker: Sendable { case gate, leg }

    /// Minimum length of a piece of silence that is reported to the leg.
    private static let report: Duration = .seconds(1)

    /// - Parameters:
    ///   - origin: the place of the leg's first sample in the session.
    ///   - channels: the number of channels that the leg hears.
    package init(origin: SampleIndex, channels: Int, rate: SampleRate) {
        self.origin = origin
        self.rate = rate
        self.channels = Array(repeating: Channel(), count: channels)
    }

    /// Counts the next audio that the leg has sent.
    package mutating func came(_ count: SampleCount) { came += count }

    /// Returns the next audio that goes on to the engine, in the leg's time; nil: none for now. The caller repeats the call until it returns nil.
    ///
    /// - Parameter isLast: true if no more audio comes. Undecided audio is then treated as the audio before it.
    package mutating func next(_ passages: Passages, isLast: Bool = false) -> SampleRange? {
        while considered < came {
            let shift = origin - SampleIndex.zero
            let end = came + shift
            switch passages.part(at: considered + shift, before: end) {
            case .passes(let to): return pass(to: to - shift)
            case .withheld(let to): considered = to - shift
            case .undecided:
                guard isLast else { return nil }
                if passages.isOpen { return pass(to: came) }
                considered = came
            }
        }
        return nil
    }

    private mutating func pass(to end: SampleIndex) -> SampleRange {
        let range = SampleRange(considered, end)
        considered = end
        time.send(range)
        return range
    }

    /// Returns true if the engine may close its stream without loss: no audio has gone on to the engine yet, and the engine may only have tired of
    /// waiting.
    package func outlives(_ error: EngineError?) -> Bool { time.sent == .zero && error?.isPassing ?? true }

    /// True if the engine has not made final all the audio that it was sent.
    package var isOwed: Bool { channels.contains { $0.heard < time.sent } }

    /// Notes that the leg asks the engine to make everything final.
    package mutating func asks() { ask(.leg) }

    /// Notes that the gate asks the engine to make everything final. The engine's answers are kept from the leg.
    package mutating func gateAsks() { ask(.gate) }

    private mutating func ask(_ asker: Asker) {
        for channel in channels.indices { channels[channel].owed.append(asker) }
    }

    /// Returns the events that the leg gets for an event of the engine.
    package mutating func hear(_ event: EngineEvent) -> [EngineEvent] {
        switch event {
        case .opened, .notice, .skipped: return [event]
        case .speechStarted(let channel, let at): return [.speechStarted(channel, at: time.start(of: at))]
        case .turnEnded(let channel, let at): return [.turnEnded(channel, at: time.end(of: at))]
        case .interim(let hypothesis):
            guard channels.indices.contains(hypothesis.channel.number) else { return [event] }
            var mapped = hypothesis
            mapped.range = SampleRange(channels[hypothesis.channel.number].covered, time.end(of: hypothesis.range.end))
            mapped.words = placed(hypothesis.words)
            return [.interim(mapped)]
        case .final(let hypothesis, let reason): return final(hypothesis, reason)
        case .flushed(let channel):
            guard channels.indices.contains(channel.number), !channels[channel.number].owed.isEmpty else { return [event] }
            return channels[channel.number].owed.removeFirst() == .gate ? [] : [event]
        case .closed(let error):
            guard error == nil else { return [event] }
            // A close without an error means that everything was answered.
            let rest = channels.indices.compactMap { silence(in: $0, through: came, reason: .endOfAudio) }
            return rest + [event]
        }
    }

    /// Returns where speech that the engine heard lies in the leg's time.
    package func place(_ speech: SampleRange) -> SampleRange { time.range(of: speech) }

    /// Returns where the end of audio that the engine heard lies in the leg's time, whatever audio the engine is sent later.
    package func place(_ position: SampleIndex) -> SampleIndex { time.end(of: position) }

    private mutating func final(_ hypothesis: Hypothesis, _ reason: FinalReason) -> [EngineEvent] {
        let number = hypothesis.channel.number
        guard channels.indices.contains(number) else { return [.final(hypothesis, reason: reason)] }
        var reason = reason
        if reason == .flush, !channels[number].owed.isEmpty, channels[number].owed.removeFirst() == .gate { reason = .pause }
        var mapped = hypothesis
        mapped.words = placed(hypothesis.words)
        // The engine has made final all that it heard, so the silence behind that audio is final too.
        let end = hypothesis.range.end >= time.sent ? considered : time.end(of: hypothesis.range.end)
        mapped.range = SampleRange(channels[number].covered, max(end, channels[number].covered))
        channels[number].covered = mapped.range.end
        channels[number].heard = max(channels[number].heard, hypothesis.range.end)
        if let settled = channels.lazy.map(\.heard).min() { time.settle(through: settled) }
        return [.final(mapped, reason: reason)]
    }

    /// Returns the events that the leg gets for a command to an engine that has closed its stream, because the engine was sent no audio.
    package mutating func answer(to command: EngineCommand) -> [EngineEvent] {
        switch command {
        case .finalize: channels.indices.flatMap { hear(.flushed(ChannelIndex($0))) }
        case .finish: hear(.closed(nil))
        case .cancel: [.closed(.cancelled)]
        case .update, .keepAlive: []
        }
    }

    private func placed(_ words: [Word]) -> [Word] {
        words.map { word in
            var word = word
            word.range = time.range(of: word.range)
            return word
        }
    }

    /// Returns finals without words for silence that the engine was not sent, once there is enough of the silence.
    package mutating func reportSilence() -> [EngineEvent] {
        let least = SampleCount(Self.report, at: rate)
        return channels.indices.compactMap { number in
            let channel = channels[number]
            guard channel.heard >= time.sent, considered - channel.covered >= least else { return nil }
            return silence(in: number, through: considered, reason: .pause)
        }
    }

    private mutating func silence(in number: Int, through end: SampleIndex, reason: FinalReason) -> EngineEvent? {
        let start = channels[number].covered
        guard start < end else { return nil }
        channels[number].covered = end
        return .final(Hypothesis(channel: ChannelIndex(number), range: SampleRange(start, end), words: []), reason: reason)
    }
}
