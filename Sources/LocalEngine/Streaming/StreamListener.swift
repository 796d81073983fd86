import Audio
import Speech

/// The part of a live stream that runs on the listening thread: splits audio into channels, and turns the actions of their machines into work and
/// events.
final class StreamListener: @unchecked Sendable {
    // Unchecked: only `take`, which the listening thread alone calls, and `deinit` touch the mutable state.
    private let options: StreamOptions
    /// Receiver of the events. Released with `.closed`, because the receiver may hold the stream in turn.
    private var deliver: (@Sendable (EngineEvent) -> Void)?
    /// Receiver of the findings; released with `deliver`.
    private var tell: (@Sendable (EngineHearing) -> Void)?
    /// Called once, at the end.
    private let closed: @Sendable () -> Void
    /// The recogniser of the segments; nil until its models are loaded.
    private var service: (any SegmentService)?
    private var channels: [ChannelListener] = []
    private var unfinished = 0
    /// Bytes that came before the models were loaded, or that do not fill a frame yet.
    private var pending: [UInt8] = []
    private var waitingCommands: [(after: Int, EngineCommand)] = []
    private var isClosed = false

    /// Maximum audio that waits for the models to be loaded, or for a listening thread that is late.
    private static let maxWait = Duration.seconds(60)

    init(
        _ options: StreamOptions, _ tell: @escaping @Sendable (EngineHearing) -> Void, _ deliver: @escaping @Sendable (EngineEvent) -> Void,
        _ closed: @escaping @Sendable () -> Void
    ) {
        self.options = options
        self.tell = tell
        self.deliver = deliver
        self.closed = closed
    }

    deinit {
        guard !isClosed else { return }
        for channel in channels { channel.cancelWork() }
        closed()
    }

    func take(_ inbox: StreamInbox, _ stream: SegmentStream) {
        var done = 0
        for (after, item) in inbox.items {
            hear(inbox.audio[done..<after], stream)
            done = after
            guard !isClosed else { return }
            act(on: item, stream)
            guard !isClosed else { return }
        }
        hear(inbox.audio[done...], stream)
    }

    private func act(on item: StreamInbox.Item, _ stream: SegmentStream) {
        switch item {
        case .command(.cancel): close(.cancelled)
        case .command(let command):
            if service == nil { waitingCommands.append((pending.count, command)) } else { obey(command, stream) }
        case .ready(let service): begin(service, stream)
        case .unavailable(let error): close(error)
        case .recognized(let channel, let id, let purpose, let outcome):
            guard channels[channel].runs(id), let service else { return }
            switch service.settle(outcome, of: purpose) {
            case .success(let result): run(channels[channel].recognized(id, result), channel, stream)
            case .failure(let error): close(error)
            }
        case .judged(let channel, let id, let probability):
            tell?(.turn(ChannelIndex(channel), pause: id, probability: probability))
            run(channels[channel].judged(id, probability), channel, stream)
        }
    }

    private func begin(_ service: any SegmentService, _ stream: SegmentStream) {
        for number in 0..<max(1, options.channels) {
            guard let input = StreamInput(rate: options.rate) else {
                return close(.badRequest("a sample rate of \(options.rate.hertz) Hz cannot be recognized; send 8000 to 96000 Hz"))
            }
            do {
                channels.append(
                    ChannelListener(
                        ChannelIndex(number), input, service.timing(options), wantsInterims: options.interims, try service.makeDetector(),
                        clock: service.clock))
            } catch {
                return close(.unavailable("\(error)"))
            }
        }
        unfinished = channels.count
        self.service = service
        service.update(options)
        deliver?(.opened)
        // Audio and commands that came while the models were being loaded.
        let audio = pending, commands = waitingCommands
        (pending, waitingCommands) = ([], [])
        var done = 0
        for (after, command) in commands {
            hear(audio[done..<after], stream)
            done = after
            guard !isClosed else { return }
            obey(command, stream)
        }
        hear(audio[done...], stream)
    }

    private func hear(_ bytes: ArraySlice<UInt8>, _ stream: SegmentStream) {
        guard !isClosed, !bytes.isEmpty else { return }
        let frame = 2 * max(1, options.channels)
        pending += bytes
        guard Double(pending.count / frame) <= Double(options.rate.hertz) * (Self.maxWait / .seconds(1)) else {
            return close(.unavailable("this machine is too busy for the stream"))
        }
        guard service != nil else { return }
        let whole = pending.count / frame * frame
        guard whole > 0 else { return }
        var samples: [Float] = []
        // A span needs an array that cannot change; the property could.
        let held = pending
        PCM.appendFloats(linear16: held.span.bytes.extracting(0..<whole), to: &samples)
        pending.removeFirst(whole)
        for number in channels.indices {
            let own =
                channels.count == 1 ? samples : stride(from: number, to: samples.count, by: channels.count).map { samples[$0] }
            do {
                try channels[number].hear(own) { run($0, number, stream) }
            } catch {
                return close(.unavailable("\(error)"))
            }
            guard !isClosed else { return }
        }
    }

    private func obey(_ command: EngineCommand, _ stream: SegmentStream) {
        switch command {
        case .keepAlive: return
        case .update(let options):
            guard let service else { return }
            service.update(options)
            for number in channels.indices where !isClosed { run(channels[number].update(service.timing(options)), number, stream) }
        case .cancel: close(.cancelled)
        case .finalize, .finish:
            for number in channels.indices where !isClosed {
                do {
                    try channels[number].drain { run($0, number, stream) }
                } catch {
                    return close(.unavailable("\(error)"))
                }
                guard !isClosed else { return }
                run(command == .finish ? channels[number].finish() : channels[number].finalize(), number, stream)
            }
        }
    }

    private func run(_ actions: [UtteranceMachine.Action], _ channel: Int, _ stream: SegmentStream) {
        for action in actions where !isClosed {
            switch action {
            case .event(let event): deliver?(channels[channel].onStream(event))
            case .recognize(let request): recognize(request, channel, stream)
            case .cancel(let id): channels[channel].cancel(id)
            case .judge(let id, let audio, let speech):
                tell?(.speech(ChannelIndex(channel), channels[channel].onStream(speech), pause: id))
                judge(id, audio, channel, stream)
            case .finished:
                if let speech = channels[channel].unpausedSpeech { tell?(.speech(ChannelIndex(channel), speech, pause: nil)) }
                unfinished -= 1
                if unfinished == 0 { close(nil) }
            case .fellBehind: close(service?.lateness)
            }
        }
    }

    private func recognize(_ request: SegmentRequest, _ channel: Int, _ stream: SegmentStream) {
        guard let service else { return }
        let id = request.id, purpose = request.purpose
        let cancel = service.recognize(request, channels[channel].samples(request.heard)) { [weak stream] outcome in
            stream?.post(.recognized(channel: channel, id: id, purpose, outcome))
        }
        channels[channel].began(id, cancel: cancel)
    }

    private func judge(_ id: Int, _ audio: SampleRange, _ channel: Int, _ stream: SegmentStream) {
        service?.judge(turn: channels[channel].samples(audio)) { [weak stream] probability in
            stream?.post(.judged(channel: channel, id: id, probability))
        }
    }

    private func close(_ error: EngineError?) {
        guard !isClosed else { return }
        isClosed = true
        for channel in channels { channel.cancelWork() }
        closed()
        deliver?(.closed(error))
        deliver = nil
        tell = nil
        service = nil
        pending = []
    }
}
