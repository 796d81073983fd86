import Continuity
package import Net
import Protocols
package import Speech

/// A stream to a gateway that is resumed when its connection breaks: no audio is lost, and no event comes twice.
///
/// Audio that the gateway has not reported as durable is kept and sent again. Events that were not seen are sent again by the gateway. When the
/// session no longer waits, the stream is over, and its owner opens another one where the last words ended. Lives on its owner's loop.
package final class ResumingStream: EngineStream {
    /// Maximum duration of audio that is kept while the gateway reports none as durable.
    private static let maxKept: Duration = .seconds(330)

    private let service: any ResumableService
    private let loop: Loop
    private let rate: SampleRate
    /// The session that the stream's own one goes on behind; nil: there is none.
    private let earlier: String?
    /// Takes the name of the stream's session when it begins.
    private let began: (String) -> Void
    private let deliver: (EngineEvent) -> Void
    private var options: StreamOptions
    private var reconnection = Reconnection()
    private var memory: AudioMemory
    private var end = SampleIndex.zero
    private let frame: Int
    private var link: (any ResumableLink)?
    /// True if the gateway takes audio and commands.
    private var isLive = false
    private var isOpened = false
    private var isClosed = false
    /// Number of the present connection. Events of earlier connections are ignored.
    private var generation = 0
    /// Position at which the present connection goes on.
    private var start = SampleIndex.zero
    private var timer: Loop.Timer?
    /// Number of finalizes that have not been answered; they are sent again on each connection, and so is `finish` if `isFinishing`.
    private var finalizes = 0
    private var isFinishing = false
    /// True if the options were changed since the session began.
    private var isChanged = false

    /// - Parameters:
    ///   - earlier: the gateway's session that the stream goes on behind; nil: there is none.
    ///   - began: takes the name of the gateway's session when it begins.
    package init(
        _ service: any ResumableService, options: StreamOptions, continuing earlier: String? = nil, on loop: Loop,
        began: @escaping (String) -> Void = { _ in }, deliver: @escaping (EngineEvent) -> Void
    ) {
        self.service = service
        self.options = options
        self.earlier = earlier
        self.loop = loop
        self.began = began
        self.deliver = deliver
        rate = options.rate
        frame = 2 * options.channels
        memory = AudioMemory(channels: options.channels)
        connect(nil)
    }

    // MARK: - From the session

    package func send(_ audio: RawSpan) {
        guard !isClosed else { return }
        audio.withUnsafeBytes { memory.append($0) }
        end += SampleCount(audio.byteCount / frame)
        if isLive { link?.send(audio) }
        if memory.count > SampleCount(Self.maxKept, at: rate) { finish(.unavailable("The gateway has reported no audio as durable.")) }
    }

    package func send(_ command: EngineCommand) {
        guard !isClosed else { return }
        switch command {
        case .finalize: finalizes += 1
        case .finish: isFinishing = true
        case .update(let changed):
            options = changed
            isChanged = true
        case .keepAlive: break
        case .cancel: return finish(.cancelled)
        }
        if isLive { link?.send(command) }
    }

    // MARK: - The connection

    private func connect(_ point: Reconnection.Point?) {
        generation += 1
        let own = generation
        start = point?.start ?? .zero
        link = service.connect(options, resuming: point, continuing: point == nil ? earlier : nil, on: loop) { [self] event in
            if generation == own, !isClosed { take(event) }
        }
    }

    private func take(_ event: ResumableEvent) {
        switch event {
        case .began(let session, let window):
            reconnection.began(session, window: window)
            began(session)
            goOn()
            guard !isOpened else { return }
            isOpened = true
            deliver(.opened)
        case .resumed:
            reconnection.resumed()
            goOn()
        case .durable(let through):
            reconnection.durable(through: min(through, end))
            memory.forget(before: reconnection.durableThrough)
            link?.saw(reconnection.seen)
        case .said(let number, let events):
            let isInterim = events.allSatisfy { if case .interim = $0 { true } else { false } }
            guard reconnection.isNew(number, isInterim: isInterim) else { return }
            for event in events where !isClosed { tell(isFinishing ? event : event.uncut) }
        case .expired: finish(.unavailable("The gateway has ended the session."))
        case .closed(let error): finish(error)
        case .broken: broke()
        }
    }

    /// Sends again the audio and commands that a broken connection may not have brought to the gateway.
    private func goOn() {
        isLive = true
        guard memory.read(SampleRange(start, end), { if !$0.isEmpty { link?.send($0) } }) else {
            return finish(.unavailable("Audio that the gateway does not have is not kept any more."))
        }
        if isChanged { link?.send(.update(options)) }
        for _ in 0..<finalizes { link?.send(.finalize) }
        if isFinishing { link?.send(.finish) }
    }

    private func tell(_ event: EngineEvent) {
        var event = event
        switch event {
        // A finalize that was sent twice is answered twice; the second answer is ignored.
        case .flushed(let channel) where channel == .first:
            guard finalizes > 0 else { return }
            finalizes -= 1
        case .final(let final, .flush) where final.channel == .first:
            if finalizes > 0 { finalizes -= 1 } else { event = .final(final, reason: .pause) }
        case .opened, .speechStarted, .interim, .final, .turnEnded, .flushed, .notice, .skipped, .closed: break
        }
        deliver(event)
    }

    private func broke() {
        link = nil
        isLive = false
        switch reconnection.broke(now: loop.now, chance: .random(in: 0...1)) {
        case .giveUp: finish(.unavailable("The connection to the gateway broke."))
        case .connect(let point, let at):
            timer = loop.schedule(at: at) { [self] in
                timer = nil
                if !isClosed { connect(point) }
            }
        }
    }

    /// Delivers the last event, once.
    private func finish(_ error: EngineError?) {
        guard !isClosed else { return }
        isClosed = true
        timer?.cancel()
        timer = nil
        // The gateway's session need not wait for this client.
        if error != nil { link?.send(.cancel) }
        link = nil
        deliver(.closed(error))
    }
}

extension EngineEvent {
    /// The event as it counts while the stream's audio goes on. A gateway that goes down ends its session anywhere, also within a word, so the audio behind
    /// the last word is heard again.
    fileprivate var uncut: EngineEvent {
        guard case .final(var final, .endOfAudio) = self else { return self }
        final.range = SampleRange(final.range.start, final.words.last?.range.end ?? final.range.start)
        return .final(final, reason: .length)
    }
}
