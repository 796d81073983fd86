import Speech

/// One channel of a live stream on the listening thread: its samples, voice detector, machine, and running work.
final class ChannelListener {
    private var machine: UtteranceMachine
    private var input: StreamInput
    private var detector: any VoiceDetector
    private var ring = SampleRing()
    private let clock: @Sendable () -> Instant
    private var jobs: [Int: (cancel: @Sendable () -> Void, since: Instant)] = [:]
    /// End of the audio that finals cover, on the stream's own timeline.
    private var through = SampleIndex.zero

    init(
        _ channel: ChannelIndex, _ input: StreamInput, _ timing: StreamTiming, wantsInterims: Bool, _ detector: any VoiceDetector,
        clock: @escaping @Sendable () -> Instant
    ) {
        self.clock = clock
        self.input = input
        self.detector = detector
        machine = UtteranceMachine(channel: channel, timing: timing, wantsInterims: wantsInterims)
    }

    // MARK: Audio

    /// Takes samples at the stream's rate, and passes on the machine's actions window by window.
    func hear(_ samples: [Float], _ act: ([UtteranceMachine.Action]) -> Void) throws {
        try listen(to: input.append(samples), act)
    }

    /// Takes the samples that the resampler still holds, so that the machine has heard all audio sent so far.
    func drain(_ act: ([UtteranceMachine.Action]) -> Void) throws {
        try listen(to: input.drain(), act)
    }

    private func listen(to samples: [Float], _ act: ([UtteranceMachine.Action]) -> Void) throws {
        // One window at a time: the machine then decides as if the audio came in real time.
        for start in stride(from: 0, to: samples.count, by: Int(VoiceActivity.window.samples)) {
            let piece = samples[start..<min(start + Int(VoiceActivity.window.samples), samples.count)]
            ring.append(piece)
            act(machine.receive(SampleCount(piece.count)))
            var heard: [(probability: Float, power: Float)] = []
            try detector.append(Array(piece).span) { heard.append(($0, $1)) }
            for window in heard { act(machine.heard(window.probability, power: window.power)) }
        }
        ring.forget(before: machine.neededFrom)
    }

    func samples(_ range: SampleRange) -> [Float] { ring.copy(range) }

    // MARK: Commands and results

    func update(_ timing: StreamTiming) -> [UtteranceMachine.Action] { machine.update(timing) }
    func finalize() -> [UtteranceMachine.Action] { machine.finalize() }
    func finish() -> [UtteranceMachine.Action] { machine.finish() }

    func recognized(_ id: Int, _ result: SegmentResult) -> [UtteranceMachine.Action] {
        guard let begun = jobs.removeValue(forKey: id) else { return [] }
        return machine.recognized(id, result, took: SampleCount(clock() - begun.since, at: .speech))
    }

    func judged(_ id: Int, _ probability: Float) -> [UtteranceMachine.Action] { machine.judged(id, probability) }

    // MARK: Work

    func began(_ id: Int, cancel: @escaping @Sendable () -> Void) { jobs[id] = (cancel, clock()) }
    func cancel(_ id: Int) { jobs.removeValue(forKey: id)?.cancel() }

    /// True if the request with this number was begun and neither answered nor cancelled.
    func runs(_ id: Int) -> Bool { jobs[id] != nil }

    func cancelWork() {
        for job in jobs.values { job.cancel() }
        jobs = [:]
    }

    // MARK: Positions

    /// Returns the event with its positions on the stream's own timeline, on which finals tile exactly.
    func onStream(_ event: EngineEvent) -> EngineEvent {
        switch event {
        case .speechStarted(let channel, let at): return .speechStarted(channel, at: max(through, input.position(at)))
        case .turnEnded(let channel, let at): return .turnEnded(channel, at: min(through, input.position(at)))
        case .interim(let hypothesis): return .interim(onStream(hypothesis))
        case .final(let hypothesis, let reason):
            let final = onStream(hypothesis)
            through = final.range.end
            return .final(final, reason: reason)
        case .opened, .flushed, .skipped, .notice, .closed: return event
        }
    }

    /// Returns a range on the stream's own timeline.
    func onStream(_ range: SampleRange) -> SampleRange {
        let start = input.position(range.start)
        return SampleRange(start, max(start, input.position(range.end)))
    }

    /// Speech that had not paused when the audio ended, on the stream's own timeline; nil when there is none.
    var unpausedSpeech: SampleRange? { machine.unpausedSpeech.map { onStream($0) } }

    private func onStream(_ hypothesis: Hypothesis) -> Hypothesis {
        var mapped = hypothesis
        mapped.range = SampleRange(through, input.position(hypothesis.range.end))
        for index in mapped.words.indices {
            let range = mapped.words[index].range
            let start = min(max(input.position(range.start), mapped.range.start), mapped.range.end)
            mapped.words[index].range = SampleRange(start, min(max(input.position(range.end), start), mapped.range.end))
        }
        return mapped
    }
}
