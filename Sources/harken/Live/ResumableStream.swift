import HarkenKit
import Speech
import Synchronization

/// A live stream to a running gateway that goes on when its connection breaks and when the gateway is restarted: the kit's.
final class ResumableStream: AudioSink {
    private struct State {
        /// nil: not known yet.
        var isOpen: Bool?
        var isCancelled = false
        var waiting: [CheckedContinuation<Bool, Never>] = []
    }

    private let stream: SpeechStream
    private let rate: SampleRate
    private let state = Mutex(State())

    init(_ gateway: HarkenKit.Harken, rate: SampleRate) throws(KitError) {
        stream = try gateway.stream()
        self.rate = rate
    }

    /// Delivers the stream's events until its end. Called once.
    ///
    /// - Parameters:
    ///   - deliver: takes the events. `.closed` comes last.
    ///   - note: takes what the user may want to know of the connection, in one line.
    func run(deliver: (EngineEvent) -> Void, note: (String) -> Void) async {
        var words = TurnWords(rate: rate)
        // A separate task reads on when this one is cancelled, so that all words until the end are delivered.
        for await event in stream.events {
            switch event {
            case .opened: opened(true)
            case .interim(let said): words.interim(said).map(deliver)
            case .preflight(let said): words.final(said, endsTurn: false).map(deliver)
            case .final(let said): words.final(said, endsTurn: true).map(deliver)
            case .endOfSpeech(let at): deliver(.turnEnded(.first, at: SampleIndex.zero + SampleCount(at, at: rate)))
            case .problem(.connectionLost(_, let error)): note("the gateway was lost (\(error.advice)); connecting again")
            case .problem(.notRecognized(let start, let end, let error)):
                note("no engine recognized \(Self.seconds(start)) to \(Self.seconds(end)): \(error.advice)")
            case .problem(.overfull): note("the gateway takes no audio for now, and the newest audio is dropped")
            case .terminated(let end):
                opened(false)
                deliver(.closed(state.withLock { $0.isCancelled } ? .cancelled : end.error))
            case .session, .message, .startOfSpeech, .usage, .metrics, .creditsLow, .sessionEnded, .problem: break
            }
        }
    }

    private static func seconds(_ time: Duration) -> String { TimeText.precise(time / .seconds(1)) }

    private func opened(_ isOpen: Bool) {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isOpen = isOpen
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: isOpen) }
    }

    func untilOpen() async -> Bool {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state in
                if state.isOpen == nil { state.waiting.append(continuation) }
                return state.isOpen
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    func send(_ audio: [UInt8]) async -> Int? {
        guard state.withLock({ $0.isOpen }) == true else { return nil }
        stream.push(bytes: audio)
        return 0
    }

    func waitingBytes() async -> Int? { state.withLock { $0.isOpen } == true ? 0 : nil }

    func send(_ command: EngineCommand) {
        switch command {
        case .finish: stream.finish()
        case .cancel:
            state.withLock { $0.isCancelled = true }
            stream.cancel()
        case .finalize: stream.forceEndpoint()
        case .update, .keepAlive: break
        }
    }
}

/// The words of a turn, which the kit tells from the turn's beginning, as finals that each word is in once.
struct TurnWords {
    let rate: SampleRate
    /// Number of the turn's words that finals had.
    private var given = 0

    init(rate: SampleRate) { self.rate = rate }

    func interim(_ said: Transcription) -> EngineEvent? { hypothesis(said).map { .interim($0) } }

    mutating func final(_ said: Transcription, endsTurn: Bool) -> EngineEvent? {
        let new = hypothesis(said)
        given = endsTurn ? 0 : max(given, said.words.count)
        return new.map { .final($0, reason: endsTurn ? .endOfTurn : .pause) }
    }

    /// Returns the words that no final had; nil: there are none.
    private func hypothesis(_ said: Transcription) -> Hypothesis? {
        var all = said.words.map { word in
            Word(word.text, SampleRange(position(word.start), position(word.end)), confidence: word.confidence, speaker: word.speaker)
        }
        all.keepBlanks(of: said.text)
        let words = Array(all.dropFirst(given))
        guard let first = words.first, let last = words.last else { return nil }
        return Hypothesis(range: SampleRange(first.range.start, max(first.range.start, last.range.end)), words: words)
    }

    private func position(_ time: Duration) -> SampleIndex { SampleIndex.zero + SampleCount(time, at: rate) }
}
