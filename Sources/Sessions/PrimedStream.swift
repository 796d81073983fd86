import Continuity
import Net
import Speech

/// An engine's stream that hears a known speaker before its leg's audio, at the pace of speech if the engine is paced, and then silence until a leg
/// takes the stream.
///
/// Lives on the session's loop.
final class PrimedStream: EngineStream {
    private var prelude = SpeakerPriming()
    private var inner: (any EngineStream)?
    private let loop: Loop
    private let rate: SampleRate
    private let audio: [UInt8]
    /// True if the engine wants audio no faster than it is spoken.
    private let isPaced: Bool
    /// Number of bytes of `audio` that were sent; silence follows them.
    private var sent = 0
    private var timer: Loop.Timer?
    /// Takes the leg's events; nil: no leg has taken the stream.
    private var deliver: ((EngineEvent) -> Void)?
    /// Takes the engine's label for the known speaker; nil: nobody waits for the label, or it was given.
    private var told: ((SpeakerLabel) -> Void)?
    /// The vendor's name of its session, for the leg that will take the stream; nil: the vendor has not told it.
    private var session: EngineEvent?
    private let ready: () -> Void
    /// True if a leg may take the stream.
    private(set) var isReady = false
    private var isClosed = false

    /// Length of the silence after the speech. Engines need it to separate the speech from the leg's audio.
    private static let silence: Duration = .seconds(5)
    private static let piece: Duration = .milliseconds(100)

    /// - Parameters:
    ///   - audio: the enrolled user's speech, played to the engine first: PCM, 16-bit little-endian, mono, at `rate`.
    ///   - ready: called once, when the engine has been sent all of the speech and the silence.
    init(_ audio: [UInt8], rate: SampleRate, isPaced: Bool, on loop: Loop, ready: @escaping () -> Void) {
        self.audio = audio
        self.isPaced = isPaced
        self.rate = rate
        self.loop = loop
        self.ready = ready
    }

    /// Sets the engine's stream, before it can deliver events.
    func open(_ stream: any EngineStream) { inner = stream }

    /// Hands the stream over to a leg.
    ///
    /// - Parameter told: takes the engine's label for the known speaker, once the engine has given it.
    func begin(deliver: @escaping (EngineEvent) -> Void, told: @escaping (SpeakerLabel) -> Void) {
        timer?.cancel()
        timer = nil
        self.deliver = deliver
        self.told = told
        // Not during this call: the leg does not exist yet.
        loop.soon { [self] in
            guard !isClosed else { return }
            deliver(.opened)
            if let session { deliver(session) }
            tell()
        }
    }

    func send(_ audio: RawSpan) { inner?.send(audio) }

    func send(_ command: EngineCommand) { inner?.send(command) }

    func flush() { inner?.flush() }

    /// Closes the stream, which no leg takes.
    func cancel() {
        deliver = nil
        told = nil
        let stream = inner
        end()
        stream?.send(.cancel)
    }

    /// Takes an event of the engine.
    func hear(_ event: EngineEvent) {
        switch event {
        case .opened: return pass()
        case .closed: end()
        case .notice(.session): if deliver == nil { session = event }
        case .speechStarted, .interim, .final, .turnEnded, .flushed, .notice, .skipped: break
        }
        guard let rest = prelude.hear(event), let deliver else { return }
        deliver(rest)
        tell()
    }

    private func tell() {
        guard let told, let speaker = prelude.speaker else { return }
        self.told = nil
        told(speaker)
    }

    private func end() {
        isClosed = true
        isReady = false
        inner = nil
        timer?.cancel()
        timer = nil
    }

    private func pass() {
        guard !isClosed, deliver == nil, let inner else { return }
        let count = SampleCount(Self.piece, at: rate), whole = SampleCount(audio.count / 2) + SampleCount(Self.silence, at: rate)
        repeat {
            let bytes = 2 * Int(count.samples)
            var piece = Array(audio[sent..<min(sent + bytes, audio.count)])
            sent += piece.count
            piece += Array(repeating: 0, count: bytes - piece.count)
            inner.send(piece.span.bytes)
            prelude.sent(count)
        } while !isPaced && prelude.length < whole
        if !isReady, prelude.length >= whole, !isClosed {
            isReady = true
            ready()
        }
        guard !isClosed, deliver == nil else { return }
        timer = loop.schedule(at: loop.now + Self.piece) { [self] in
            timer = nil
            pass()
        }
    }
}
