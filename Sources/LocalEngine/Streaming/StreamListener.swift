import Audio
import Speech

/// The part of a live stream that runs on the listening thread: splits audio into channels, and passes on what the channels have to say.
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
    private var channels: [LiveListener] = []
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
            hear(inbox.audio[done..<after])
            done = after
            guard !isClosed else { return }
            act(on: item, stream)
            guard !isClosed else { return }
        }
        hear(inbox.audio[done...])
    }

    private func act(on item: StreamInbox.Item, _ stream: SegmentStream) {
        switch item {
        case .command(.cancel): close(.cancelled)
        case .command(let command):
            if service == nil { waitingCommands.append((pending.count, command)) } else { obey(command) }
        case .ready(let service): begin(service, stream)
        case .unavailable(let error): close(error)
        case .answer(let channel, let answer):
            guard channels.indices.contains(channel) else { return }
            channels[channel].take(answer) { carryOut($0) }
        }
    }

    private func begin(_ service: any SegmentService, _ stream: SegmentStream) {
        let count = max(1, options.channels), answers = service.makeAnswerServices(count)
        for number in 0..<count {
            guard let input = StreamInput(rate: options.rate) else {
                return close(.badRequest("a sample rate of \(options.rate.hertz) Hz cannot be recognized; send 8000 to 96000 Hz"))
            }
            let post: @Sendable (ChannelAnswer) -> Void = { [weak stream] in stream?.post(.answer(channel: number, $0)) }
            do {
                channels.append(
                    LiveListener(
                        ChannelIndex(number), input, options, try service.makeDetector(), answers[number], lateness: service.lateness, post: post))
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
            hear(audio[done..<after])
            done = after
            guard !isClosed else { return }
            obey(command)
        }
        hear(audio[done...])
    }

    private func hear(_ bytes: ArraySlice<UInt8>) {
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
                try channels[number].hear(own) { carryOut($0) }
            } catch {
                return close(.unavailable("\(error)"))
            }
            guard !isClosed else { return }
        }
    }

    private func obey(_ command: EngineCommand) {
        switch command {
        case .keepAlive: return
        case .update(let options):
            guard let service else { return }
            service.update(options)
            for number in channels.indices where !isClosed { channels[number].update(options) { carryOut($0) } }
        case .cancel: close(.cancelled)
        case .finalize, .finish:
            for number in channels.indices where !isClosed {
                let channel = channels[number]
                do {
                    try channel.drain { carryOut($0) }
                } catch {
                    return close(.unavailable("\(error)"))
                }
                guard !isClosed else { return }
                if command == .finish { channel.finish { carryOut($0) } } else { channel.finalize { carryOut($0) } }
            }
        }
    }

    private func carryOut(_ action: ChannelAction) {
        guard !isClosed else { return }
        switch action {
        case .event(let event): deliver?(event)
        case .hearing(let hearing): tell?(hearing)
        case .finished:
            unfinished -= 1
            if unfinished == 0 { close(nil) }
        case .failed(let error): close(error)
        }
    }

    private func close(_ error: EngineError?) {
        guard !isClosed else { return }
        isClosed = true
        for channel in channels { channel.cancelWork() }
        // The channels hold the service, and with it the models.
        channels = []
        closed()
        deliver?(.closed(error))
        deliver = nil
        tell = nil
        service = nil
        pending = []
    }
}
