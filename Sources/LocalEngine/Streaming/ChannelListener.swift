import Speech

/// One channel of a live stream that is recognized utterance by utterance, on the listening thread: its samples, voice detector, machine, and running
/// work.
final class ChannelListener: StreamChannel {
    private let channel: ChannelIndex
    private let service: any SegmentService
    private let post: @Sendable (ChannelAnswer) -> Void
    private var machine: UtteranceMachine
    private var timeline: StreamTimeline
    private var detector: any VoiceDetector
    private var ring = SampleRing()
    private var jobs: [Int: (cancel: @Sendable () -> Void, since: Instant)] = [:]
    private var isOver = false

    /// - Parameter post: passes an answer on to `take`. Called on any thread.
    init(
        _ channel: ChannelIndex, _ input: StreamInput, _ options: StreamOptions, _ service: any SegmentService,
        post: @escaping @Sendable (ChannelAnswer) -> Void
    ) throws {
        self.channel = channel
        self.service = service
        self.post = post
        timeline = StreamTimeline(input)
        detector = try service.makeDetector()
        machine = UtteranceMachine(channel: channel, timing: service.timing(options), wantsInterims: options.interims)
    }

    // MARK: Audio

    func hear(_ samples: [Float], _ act: (ChannelAction) -> Void) throws { try listen(to: timeline.append(samples), act) }

    func drain(_ act: (ChannelAction) -> Void) throws { try listen(to: timeline.drain(), act) }

    private func listen(to samples: [Float], _ act: (ChannelAction) -> Void) throws {
        // One window at a time: the machine then decides as if the audio came in real time.
        for start in stride(from: 0, to: samples.count, by: Int(VoiceActivity.window.samples)) {
            let piece = samples[start..<min(start + Int(VoiceActivity.window.samples), samples.count)]
            ring.append(piece)
            run(machine.receive(SampleCount(piece.count)), act)
            var heard: [(probability: Float, power: Float)] = []
            try detector.append(Array(piece).span) { heard.append(($0, $1)) }
            for window in heard { run(machine.heard(window.probability, power: window.power), act) }
        }
        ring.forget(before: machine.neededFrom)
    }

    // MARK: Commands and answers

    func update(_ options: StreamOptions, _ act: (ChannelAction) -> Void) { run(machine.update(service.timing(options)), act) }
    func finalize(_ act: (ChannelAction) -> Void) { run(machine.finalize(), act) }
    func finish(_ act: (ChannelAction) -> Void) { run(machine.finish(), act) }

    func take(_ answer: ChannelAnswer, _ act: (ChannelAction) -> Void) {
        switch answer {
        case .recognized(let id, let purpose, let outcome):
            guard let begun = jobs[id] else { return }
            switch service.settle(outcome, of: purpose) {
            case .success(let result):
                jobs[id] = nil
                run(machine.recognized(id, result, took: SampleCount(service.clock() - begun.since, at: .speech)), act)
            case .failure(let error): act(.failed(error))
            }
        case .judged(let id, let probability):
            act(.hearing(.turn(channel, pause: id, probability: probability)))
            run(machine.judged(id, probability), act)
        case .answered, .read, .placed: return
        }
    }

    // MARK: Work

    private func run(_ actions: [UtteranceMachine.Action], _ act: (ChannelAction) -> Void) {
        for action in actions where !isOver {
            switch action {
            case .event(let event): act(.event(timeline.event(event)))
            case .recognize(let request): recognize(request)
            case .cancel(let id): jobs.removeValue(forKey: id)?.cancel()
            case .judge(let id, let audio, let speech):
                act(.hearing(.speech(channel, timeline.range(speech), pause: id)))
                guard !isOver else { return }
                service.judge(turn: ring.copy(audio)) { [post] in post(.judged(id: id, $0)) }
            case .finished:
                if let speech = machine.unpausedSpeech { act(.hearing(.speech(channel, timeline.range(speech), pause: nil))) }
                act(.finished)
            case .fellBehind: act(.failed(service.lateness))
            }
        }
    }

    private func recognize(_ request: SegmentRequest) {
        let id = request.id, purpose = request.purpose
        let cancel = service.recognize(request, ring.copy(request.heard)) { [post] in post(.recognized(id: id, purpose, $0)) }
        jobs[id] = (cancel, service.clock())
    }

    func cancelWork() {
        isOver = true
        for job in jobs.values { job.cancel() }
        jobs = [:]
    }
}
