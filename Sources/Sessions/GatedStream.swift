import Continuity
import Speech

/// An engine's stream that hears only the audio that the session's gate lets through. Its leg sends all audio and gets finals that cover all of it.
///
/// Lives on the session's loop.
final class GatedStream: EngineStream {
    private var leg: GatedLeg
    private let frame: Int
    /// The engine's stream, from `open` on; nil while the engine has closed it because no audio came. Nothing is lost then: another stream is opened
    /// for the first passage.
    private var inner: (any EngineStream)?
    private var reopen: (() -> any EngineStream)?
    private var hasOpened = false
    /// True if no more audio comes.
    private var isLast = false
    /// Returns the gate's decisions; called when audio comes.
    private let passages: () -> Passages
    private let deliver: (EngineEvent) -> Void
    /// Audio that may still go on to the engine: the pre-roll, and audio for which the gate has not decided.
    private var kept: [UInt8] = []
    /// Amount of audio that the engine was sent.
    private(set) var passed = SampleCount.zero
    /// Start of `kept`, in the leg's time.
    private var keptFrom = SampleIndex.zero

    /// - Parameters:
    ///   - origin: the place of the stream's first sample in the session.
    ///   - deliver: takes the leg's events. As for any stream, it is not called during the call that causes an event.
    init(
        origin: SampleIndex, channels: Int, rate: SampleRate, passages: @escaping () -> Passages, deliver: @escaping (EngineEvent) -> Void
    ) {
        leg = GatedLeg(origin: origin, channels: channels, rate: rate)
        frame = 2 * channels
        self.passages = passages
        self.deliver = deliver
    }

    /// Sets the engine's stream. Called before any audio.
    ///
    /// - Parameter reopen: opens another stream at the engine.
    func open(_ stream: any EngineStream, reopen: @escaping () -> any EngineStream) {
        inner = stream
        self.reopen = reopen
    }

    func send(_ audio: RawSpan) {
        leg.came(SampleCount(audio.byteCount / frame))
        audio.withUnsafeBytes { kept.append(contentsOf: $0) }
        pass()
        for event in leg.reportSilence() { deliver(event) }
    }

    func send(_ command: EngineCommand) {
        switch command {
        case .finalize:
            leg.asks()
            pass(isLast: true)
        case .finish:
            pass(isLast: true)
            isLast = true
        case .cancel: isLast = true
        case .update, .keepAlive: break
        }
        if let inner { return inner.send(command) }
        for event in leg.answer(to: command) { deliver(event) }
    }

    func flush() { inner?.flush() }

    /// Asks the engine for all words that it owes, because the speaker has paused or has been silent for long.
    func settle() {
        guard leg.isOwed else { return }
        leg.gateAsks()
        inner?.send(.finalize)
    }

    /// Returns where speech that the engine heard lies in the leg's time.
    func place(_ speech: SampleRange) -> SampleRange { leg.place(speech) }

    /// Returns where a position in the audio that the engine heard lies in the leg's time.
    func place(_ position: SampleIndex) -> SampleIndex { leg.place(position) }

    /// Takes an event of the engine.
    func hear(_ event: EngineEvent) {
        switch event {
        case .opened:
            guard !hasOpened else { return }
            hasOpened = true
        case .closed(let error) where hasOpened && !isLast && leg.outlives(error):
            inner = nil
            return
        case .closed, .speechStarted, .interim, .final, .turnEnded, .flushed, .notice, .skipped: break
        }
        for event in leg.hear(event) { deliver(event) }
    }

    private func pass(isLast: Bool = false) {
        let passages = passages()
        while let range = leg.next(passages, isLast: isLast) {
            let start = Int((range.start - keptFrom).samples) * frame
            if inner == nil { inner = reopen?() }
            passed += range.count
            // A span needs an array that cannot change; the property could.
            let held = kept
            inner?.send(held.span.bytes.extracting(start..<start + Int(range.count.samples) * frame))
        }
        let done = Int((leg.considered - keptFrom).samples) * frame
        // Moving the rest at each frame would cost more than keeping some audio that is not needed.
        guard done >= kept.count || done > 1 << 14 else { return }
        kept.removeFirst(done)
        keptFrom = leg.considered
    }
}
