import HarkenTesting
import LocalEngine
import Speech

extension LiveTiming {
    /// The timing without draft readings, for tests that count or time other readings.
    var withoutDrafts: LiveTiming {
        var timing = self
        timing.draftEvery = nil
        return timing
    }
}

extension LiveTiming {
    /// The timing by which a window is cut without its draft readings, also one that is longer than it may be when the timing changes.
    var withoutCuttingDrafts: LiveTiming {
        var timing = self
        timing.cutDraft = SampleCount(.seconds(-3_600), at: .speech)
        return timing
    }
}

/// A live stream of scripted speech. Answers come late, in any order.
struct ScriptedStream {
    struct Final: Equatable {
        var range: SampleRange
        var text: String
        var reason: FinalReason
        var words: [Word]
        /// Position in the audio at which the final was decided.
        var decided: SampleIndex
    }

    private let speech: ScriptedSpeech
    private var machine: LiveMachine
    private var random: SeededGenerator
    /// Maximum delay of an answer, in windows.
    private let delay: Int
    private var due: [(at: Int, question: LiveQuestion)] = []
    private var clock = 0
    private(set) var events: [LiveCore.Event] = []
    private(set) var finals: [Final] = []
    private(set) var asked: [LiveQuestion] = []
    /// Words that a reading had before a final covered their audio.
    private(set) var read: Set<String> = []
    private(set) var hasFinished = false
    private(set) var fellBehind = false
    /// Maximum audio between the core's position and the start of the audio that it may still need.
    private(set) var maxNeeded = SampleCount.zero

    /// - Parameters:
    ///   - delay: maximum delay of an answer, in windows; 0: every answer comes at once.
    ///   - seed: the seed of the delays.
    ///   - findsLanguage: true if each utterance tells its language.
    init(
        _ speech: ScriptedSpeech, _ timing: LiveTiming, delay: Int = 0, seed: UInt64 = 1, backlog: Duration = .seconds(3_600),
        terms: Int? = nil, findsLanguage: Bool = false
    ) {
        self.speech = speech
        self.delay = delay
        random = SeededGenerator(seed: seed)
        machine = LiveMachine(LiveCore(timing: timing, terms: terms, findsLanguage: findsLanguage), backlog: SampleCount(backlog, at: .speech))
    }

    /// Plays the whole speech.
    ///
    /// - Parameters:
    ///   - frame: number of windows that come at once.
    ///   - commands: inputs, each behind a number of windows.
    mutating func play(frame: Int = 1, commands: [(after: Int, input: LiveCore.Input)] = []) {
        for first in stride(from: 0, to: speech.windows, by: frame) {
            for window in first..<min(first + frame, speech.windows) {
                act(machine.take(speech.input(window)))
                for command in commands where command.after == window + 1 { act(machine.take(command.input)) }
            }
            clock += frame
            deliver()
        }
        act(machine.take(.finish(speech.end)))
        while !hasFinished, !fellBehind, !due.isEmpty {
            clock += 1
            deliver()
        }
    }

    private mutating func deliver() {
        for (at, question) in due where at <= clock {
            guard let index = due.firstIndex(where: { $0.question == question }) else { continue }
            due.remove(at: index)
            act(machine.answer(question, speech.answer(question)))
        }
    }

    private mutating func act(_ actions: [LiveMachine.Action]) {
        for action in actions {
            switch action {
            case .event(let event, let at): add(event, at)
            case .ask(let question):
                asked.append(question)
                if case .words(let words, _) = speech.answer(question) { note(words) }
                due.append((clock + (delay == 0 ? 0 : Int.random(in: 0...delay, using: &random)), question))
            case .drop(let question): due.removeAll { $0.question == question }
            case .finished: hasFinished = true
            case .fellBehind: fellBehind = true
            }
        }
        maxNeeded = max(maxNeeded, machine.core.position - machine.neededFrom)
        if delay == 0, !due.isEmpty { deliver() }
    }

    private mutating func note(_ words: [LiveWord]) {
        let heard = Set(words.map(\.bare)), through = finals.last?.range.end ?? .zero
        read.formUnion(speech.spoken.filter { $0.range.middle >= through }.map { Word.bare($0.text) }.filter(heard.contains))
    }

    private mutating func add(_ event: LiveCore.Event, _ at: SampleIndex) {
        events.append(event)
        if case .engine(.final(let final, let reason)) = event {
            finals.append(
                Final(range: final.range, text: final.text, reason: reason, words: final.words, decided: at))
        }
    }

    /// The drafts of the questions for words, in order.
    var drafts: [[Token]] { asked.compactMap { if case .words(_, _, let draft) = $0 { draft } else { nil } } }

    /// Number of answers to requests for finals.
    var flushes: Int {
        events.count {
            switch $0 {
            case .engine(.flushed), .engine(.final(_, reason: .flush)): true
            default: false
            }
        }
    }

    /// The texts of the finals that have words.
    var texts: [String] { finals.map(\.text).filter { !$0.isEmpty } }
}
