import Speech
import Synchronization

@testable import LocalEngine

/// One channel of a live stream of scripted speech, without a thread: what `StreamListener` does with a channel.
final class ScriptedChannel {
    private struct Detector: VoiceDetector {
        let speech: ScriptedSpeech
        var heard = 0

        mutating func append(_ samples: Span<Float>, _ each: (Float, Float) -> Void) throws {
            let before = heard / ScriptedSpeech.window
            heard += samples.count
            for window in before..<heard / ScriptedSpeech.window {
                if case .window(let probability, let power) = speech.input(window) { each(probability, power) }
            }
        }
    }

    let answers: ScriptedAnswers
    private let script: ScriptedSpeech
    private let listener: LiveListener
    private let posted: Posted
    private(set) var events: [EngineEvent] = []
    private(set) var hearings: [EngineHearing] = []
    /// The position at which each final with words was decided.
    private(set) var decisions: [SampleIndex] = []
    private var decided: SampleIndex?
    private(set) var hasFinished = false
    private(set) var error: EngineError?

    private final class Posted: Sendable {
        private let answers = Mutex<[ChannelAnswer]>([])

        func add(_ answer: ChannelAnswer) { answers.withLock { $0.append(answer) } }

        func next() -> ChannelAnswer? { answers.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
    }

    init(_ speech: ScriptedSpeech, _ options: StreamOptions, _ answers: ScriptedAnswers, channel: ChannelIndex = .first) throws {
        struct NoInput: Error {}
        guard let input = StreamInput(rate: .speech) else { throw NoInput() }
        script = speech
        self.answers = answers
        let posted = Posted()
        self.posted = posted
        listener = LiveListener(
            channel, input, options, Detector(speech: speech), answers, lateness: .unavailable("late"), post: { posted.add($0) })
    }

    private var isOver: Bool { hasFinished || error != nil }

    /// Plays the whole speech.
    ///
    /// - Parameters:
    ///   - frame: number of samples that come at once.
    ///   - commands: commands, each behind a number of samples.
    ///   - late: an answer that comes before the command at its place; nil: none.
    func play(frame: Int, commands: [(after: Int, command: EngineCommand)] = [], late: (after: Int, answer: ChannelAnswer)? = nil) throws {
        let end = Int(script.end.samples)
        var sent = 0
        for stop in commands.map(\.after).filter({ $0 < end }).sorted() + [end] {
            while sent < stop, !isOver {
                let next = min(sent + frame, stop)
                try listener.hear((sent..<next).map { Float($0) }) { act($0) }
                pass((next - sent) / ScriptedSpeech.window + 1)
                sent = next
            }
            if let late, late.after == stop { listener.take(late.answer) { act($0) } }
            for (after, command) in commands where after == stop && !isOver { try obey(command) }
        }
        if !isOver { try obey(.finish) }
        while !isOver, answers.isBusy { pass(1) }
    }

    private func obey(_ command: EngineCommand) throws {
        switch command {
        case .finalize:
            try listener.drain { act($0) }
            listener.finalize { act($0) }
        case .finish:
            try listener.drain { act($0) }
            listener.finish { act($0) }
        case .update(let options): listener.update(options) { act($0) }
        case .cancel: listener.cancelWork()
        case .keepAlive: break
        }
        pass(1)
    }

    private func pass(_ steps: Int) {
        answers.pass(steps)
        while let answer = posted.next() { listener.take(answer) { act($0) } }
    }

    private func act(_ action: ChannelAction) {
        guard !isOver else { return }
        switch action {
        case .event(let event):
            events.append(event)
            if case .final(let final, _) = event, !final.words.isEmpty, let decided { decisions.append(decided) }
        case .hearing(let hearing):
            hearings.append(hearing)
            if case .decided(_, let position) = hearing { decided = position }
        case .finished: hasFinished = true
        case .failed(let error):
            self.error = error
            listener.cancelWork()
        }
    }

    // MARK: What was said

    var finals: [Hypothesis] { events.compactMap { if case .final(let final, _) = $0 { final } else { nil } } }
    var interims: [Hypothesis] { events.compactMap { if case .interim(let interim) = $0 { interim } else { nil } } }
    var texts: [String] { finals.map(\.text).filter { !$0.isEmpty } }
    /// The speech that was told; what is told of turns may be late for a pause.
    var speech: [EngineHearing] { hearings.filter { if case .speech = $0 { true } else { false } } }
    /// The events that a client may rely on: all but interims and notices.
    var settled: [EngineEvent] {
        events.filter {
            switch $0 {
            case .interim, .notice: false
            default: true
            }
        }
    }
}
