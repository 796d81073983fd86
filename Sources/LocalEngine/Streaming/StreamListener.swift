import Audio
import Speech

/// The part of a live stream that runs on the listening thread: splits audio into channels, and turns the actions of their machines into work and
/// events.
final class StreamListener: @unchecked Sendable {
    // Unchecked: only `take`, which the listening thread alone calls, and `deinit` touch the mutable state.
    private let options: StreamOptions
    private let pool: DecodePool
    private let usesKeyTerms: Bool
    /// Receiver of the events. Released with `.closed`, because the receiver may hold the stream in turn.
    private var deliver: (@Sendable (EngineEvent) -> Void)?
    /// Receiver of the findings; released with `deliver`.
    private var tell: (@Sendable (EngineHearing) -> Void)?
    /// The models; nil until they are loaded.
    private var models: ModelUse<LocalModels>?
    /// The language of the stream, with the model for other languages than English if it is needed.
    private var language = LiveLanguage.english
    /// The key terms; nil when there are none, or the models are not loaded.
    private var terms: KeyTermList?
    private var channels: [ChannelListener] = []
    private var unfinished = 0
    /// Bytes that came before the models were loaded, or that do not fill a frame yet.
    private var pending: [UInt8] = []
    private var waitingCommands: [(after: Int, EngineCommand)] = []
    private var isClosed = false

    /// Maximum audio that waits for the models to be loaded, or for a listening thread that is late.
    private static let longestWait = Duration.seconds(60)

    init(
        _ options: StreamOptions, _ pool: DecodePool, usesKeyTerms: Bool, _ tell: @escaping @Sendable (EngineHearing) -> Void,
        _ deliver: @escaping @Sendable (EngineEvent) -> Void
    ) {
        self.options = options
        self.pool = pool
        self.usesKeyTerms = usesKeyTerms
        self.tell = tell
        self.deliver = deliver
        pool.liveStreamOpened()
    }

    deinit {
        guard !isClosed else { return }
        for channel in channels { channel.cancelWork() }
        pool.liveStreamClosed()
    }

    func take(_ inbox: StreamInbox, _ stream: LocalStream) {
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

    private func act(on item: StreamInbox.Item, _ stream: LocalStream) {
        switch item {
        case .command(.cancel): close(.cancelled)
        case .command(let command):
            if models == nil { waitingCommands.append((pending.count, command)) } else { obey(command, stream) }
        case .models(let models, let language):
            self.language = language
            begin(models, stream)
        case .unavailable(let error): close(error)
        case .recognized(let channel, let id, .success(let result)):
            if let found = result.found { language.decide(found) }
            let actions = channels[channel].recognized(id, result)
            run(actions, channel, stream)
        case .recognized(_, _, .failure(let error)): close(.unavailable(error.description))
        case .judged(let channel, let id, let probability):
            tell?(.turn(ChannelIndex(channel), pause: id, probability: probability))
            run(channels[channel].judged(id, probability), channel, stream)
        }
    }

    private func begin(_ models: ModelUse<LocalModels>, _ stream: LocalStream) {
        for number in 0..<max(1, options.channels) {
            guard let input = StreamInput(rate: options.rate) else {
                return close(.badRequest("a sample rate of \(options.rate.hertz) Hz cannot be recognized; send 8000 to 96000 Hz"))
            }
            channels.append(ChannelListener(ChannelIndex(number), input, options, models.model))
        }
        unfinished = channels.count
        self.models = models
        expect(options.keyterms)
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

    private func hear(_ bytes: ArraySlice<UInt8>, _ stream: LocalStream) {
        guard !isClosed, !bytes.isEmpty else { return }
        let frame = 2 * max(1, options.channels)
        pending += bytes
        guard Double(pending.count / frame) <= Double(options.rate.hertz) * (Self.longestWait / .seconds(1)) else {
            return close(.unavailable("the local engine is too busy for this stream"))
        }
        guard models != nil else { return }
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
            do throws(InferenceError) {
                try channels[number].hear(own) { run($0, number, stream) }
            } catch {
                return close(.unavailable(error.description))
            }
            guard !isClosed else { return }
        }
    }

    private func obey(_ command: EngineCommand, _ stream: LocalStream) {
        switch command {
        case .keepAlive: return
        case .update(let options):
            expect(options.keyterms)
            for number in channels.indices where !isClosed { run(channels[number].update(options), number, stream) }
        case .cancel: close(.cancelled)
        case .finalize, .finish:
            for number in channels.indices where !isClosed {
                do throws(InferenceError) {
                    try channels[number].drain { run($0, number, stream) }
                } catch {
                    return close(.unavailable(error.description))
                }
                guard !isClosed else { return }
                run(command == .finish ? channels[number].finish() : channels[number].finalize(), number, stream)
            }
        }
    }

    private func run(_ actions: [UtteranceMachine.Action], _ channel: Int, _ stream: LocalStream) {
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
            case .fellBehind: close(.unavailable("the local engine cannot keep up with its live streams"))
            }
        }
    }

    /// Sets the key terms of finals from here on, and compiles them before the first final needs them.
    private func expect(_ keyterms: [String]) {
        guard usesKeyTerms, let models, keyterms != terms?.terms ?? [] else { return }
        terms = KeyTermList(keyterms, models.model.keyTerms)
        guard let terms else { return }
        pool.submit(.live(deadline: .now + .seconds(1))) { _ in _ = terms.compiled }
    }

    private func recognize(_ request: SegmentRequest, _ channel: Int, _ stream: LocalStream) {
        guard let models else { return }
        let samples = channels[channel].samples(request.heard)
        let work = LiveRecognizer(models.model, language, terms)
        let job = pool.submit(.live(deadline: .now + Self.patience(request.purpose))) { [weak stream] permit in
            let result = Result { () throws(InferenceError) in try work.recognize(request, samples, mayContinue: permit.mayContinue) }
            switch result {
            case .success(nil): return
            case .success(let recognized?): stream?.post(.recognized(channel: channel, id: request.id, .success(recognized)))
            case .failure(let error): stream?.post(.recognized(channel: channel, id: request.id, .failure(error)))
            }
        }
        channels[channel].began(job, for: request.id)
    }

    private func judge(_ id: Int, _ audio: SampleRange, _ channel: Int, _ stream: LocalStream) {
        guard let endOfTurn = models?.model.endOfTurn else { return }
        let samples = channels[channel].samples(audio)
        pool.submit(.live(deadline: .now + .milliseconds(300))) { [weak stream] _ in
            // Without an answer, silence ends the turn.
            guard let probability = try? endOfTurn.probability(samples.span) else { return }
            stream?.post(.judged(channel: channel, id: id, probability))
        }
    }

    /// Returns the time that a result may take: finals are urgent, and interims may be rarer. A final goes before every interim that has not waited
    /// for long.
    private static func patience(_ purpose: SegmentRequest.Purpose) -> Duration {
        switch purpose {
        case .final: .milliseconds(200)
        case .cut: .milliseconds(500)
        case .interim: .seconds(3)
        }
    }

    private func close(_ error: EngineError?) {
        guard !isClosed else { return }
        isClosed = true
        for channel in channels { channel.cancelWork() }
        pool.liveStreamClosed()
        deliver?(.closed(error))
        deliver = nil
        tell = nil
        models = nil
        language = .english
        pending = []
    }
}
