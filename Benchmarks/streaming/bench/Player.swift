import Audio
import Foundation
import LocalEngine
import Speech
import Synchronization

/// What was played and what the engine said; all times in seconds since the stream's first sample was spoken.
struct Played: Encodable {
    struct Clip: Encodable {
        var id: String
        var start: Double
        /// The end of the last 20 ms above 2 % of the clip's peak.
        var speechEnd: Double
        /// Start and end of each stretch of speech, one after another: from the first to the last such 20 ms, without silences of 300 ms and more.
        var speech: [Double]
        var end: Double
    }

    struct Event: Encodable {
        /// When it came.
        var at: Double
        /// The position in the audio at which it was decided; nil: that is not known.
        var decided: Double?
        var kind: String
        var start: Double?
        var end: Double?
        var stable: Int?
        var words: [TimedWord]?
    }

    var stream: String
    var seconds: Double
    var wall: Double
    var clips: [Clip]
    var events: [Event]
    /// nil: the work was not measured.
    var reading: Reading?
}

/// Plays one stream at real time, in frames that are sent when their last sample has been spoken.
struct Player: Sendable {
    let name: String
    let samples: [Float]
    let clips: [Played.Clip]
    private let frame: Int
    /// nil: nothing is asked for.
    let endpointing: Duration?
    let interims: Bool
    /// The timing of a rehearsal's finals.
    let timing: LiveTiming
    /// False if no reading of a rehearsal has a draft.
    let usesDrafts: Bool
    private static let rate = SampleRate.speech

    init(_ stream: Plan.Stream, _ plan: Plan) throws {
        name = stream.name
        frame = plan.frameMilliseconds * Self.rate.hertz / 1_000
        endpointing = plan.endpointingMilliseconds.map { .milliseconds($0) }
        interims = plan.interims
        var timing = LiveTiming(endpointing: endpointing)
        if let look = plan.lookMilliseconds {
            timing.look = SampleCount(.milliseconds(look), at: .speech)
            timing.lookAgain = plan.lookAgainMilliseconds.map { SampleCount(.milliseconds($0), at: .speech) }
        }
        timing.take(plan.limits)
        usesDrafts = plan.limits.drafts?.areUsed ?? true
        self.timing = timing
        var samples: [Float] = []
        var clips: [Played.Clip] = []
        for item in stream.items {
            let file = try MediaFile(Recording(path: item.file))
            var clip: [Float] = []
            while let block = try file.next() { clip += block.channels[0] }
            let start = samples.count
            let speech = Self.speech(in: clip).map { Double(start + $0) / 16_000 }
            clips.append(
                Played.Clip(
                    id: item.id, start: Double(start) / 16_000, speechEnd: speech.last ?? Double(start + clip.count) / 16_000, speech: speech,
                    end: Double(start + clip.count) / 16_000))
            samples += clip
            samples += [Float](repeating: 0, count: item.pauseMilliseconds * 16)
        }
        (self.samples, self.clips) = (samples, clips)
    }

    private static func speech(in clip: [Float]) -> [Int] {
        let frame = 320, pause = 4_800
        let loud = (clip.map(abs).max() ?? 0) * 0.02
        var bounds: [Int] = []
        for start in stride(from: 0, through: clip.count - frame, by: frame) {
            guard (clip[start..<start + frame].reduce(0) { $0 + $1 * $1 } / Float(frame)).squareRoot() > loud else { continue }
            if let end = bounds.last, start - end < pause { bounds.removeLast() } else { bounds.append(start) }
            bounds.append(start + frame)
        }
        return bounds
    }

    func play(_ engine: LocalEngine) async throws -> Played {
        let log = Mutex<[Played.Event]>([])
        let start = Instant.now
        let (closed, close) = AsyncStream.makeStream(of: Void.self)
        let stream = engine.open(StreamOptions(rate: Self.rate, language: .english, interims: interims, endpointing: endpointing)) { event in
            let entry = Self.entry(event, (Instant.now - start) / .seconds(1))
            log.withLock { $0.append(entry) }
            if case .closed = event { close.finish() }
        }
        for first in stride(from: 0, to: samples.count, by: frame) {
            let end = min(first + frame, samples.count)
            try await Task.sleep(for: start + .seconds(Double(end) / 16_000) - .now, tolerance: .zero)
            var bytes: [UInt8] = []
            PCM.appendLinear16(samples.span.extracting(first..<end), to: &bytes)
            stream.send(bytes.span.bytes)
        }
        stream.send(.finish)
        for await _ in closed {}
        return Played(
            stream: name, seconds: Double(samples.count) / 16_000, wall: (Instant.now - start) / .seconds(1), clips: clips,
            events: log.withLock { $0 })
    }

    static func entry(_ event: EngineEvent, _ at: Double) -> Played.Event {
        func entry(_ kind: String, _ hypothesis: Hypothesis) -> Played.Event {
            Played.Event(
                at: at, kind: kind, start: hypothesis.range.start.seconds(at: rate), end: hypothesis.range.end.seconds(at: rate),
                stable: hypothesis.stableWords, words: hypothesis.words.map { TimedWord($0, rate) })
        }
        return switch event {
        case .opened: Played.Event(at: at, kind: "opened")
        case .speechStarted(_, let position): Played.Event(at: at, kind: "speechStarted", start: position.seconds(at: rate))
        case .interim(let hypothesis): entry("interim", hypothesis)
        case .final(let hypothesis, let reason): entry("final \(reason)", hypothesis)
        case .turnEnded(_, let position): Played.Event(at: at, kind: "turnEnded", end: position.seconds(at: rate))
        case .flushed: Played.Event(at: at, kind: "flushed")
        case .notice: Played.Event(at: at, kind: "notice")
        case .skipped: Played.Event(at: at, kind: "skipped")
        case .closed(let error): Played.Event(at: at, kind: error.map { "closed: \($0)" } ?? "closed")
        }
    }
}

extension LiveTiming {
    /// Takes the silences that a plan names.
    fileprivate mutating func take(_ limits: Plan.Limits) {
        func samples(_ milliseconds: Int) -> SampleCount { SampleCount(.milliseconds(milliseconds), at: .speech) }
        if let value = limits.earlyMilliseconds { (early, judgment) = (samples(value), samples(value)) }
        if let value = limits.judgmentMilliseconds { judgment = samples(value) }
        if let value = limits.cutMilliseconds { cut(at: samples(value)) }
        if let drafts = limits.drafts { draftEvery = drafts.everyMilliseconds.map(samples) }
        guard let values = limits.lateMilliseconds, let first = values.first, let last = values.last else { return }
        (late, lateBehindEnds) = (samples(first), samples(last))
        // A final of all words ends the turn where the client has no rule of turns.
        longestTurn = max(min(late, lateBehindEnds), turnSilence)
        nearTurn = min(max(samples(1_000), turnSilence), longestTurn)
    }
}
