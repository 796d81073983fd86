package import Speech

/// Drives a `LiveCore` with answers that come late. Pure: inputs and answers in, actions out.
///
/// Each input is applied to a copy of the core. Where an answer is missing, the copy is thrown away, the answer is asked for, and the input is applied
/// again once the answer is there. Late answers delay what follows, and never change it.
///
/// While a pause is read, the machine looks ahead in the audio that waits: it asks whether the turn is complete as soon as the audio of that question is
/// there. The core asks the same question at the same place.
package struct LiveMachine: Sendable {
    package enum Action: Sendable, Equatable {
        /// Something happened. `at` is the position in the audio at which it was decided.
        case event(LiveCore.Event, at: SampleIndex)
        /// Answer the question. The core may wait for the answer.
        case ask(LiveQuestion)
        /// The answer to the question is not needed any more.
        case drop(LiveQuestion)
        /// Finals cover all audio, and all commands are answered.
        case finished
        /// Answers cannot keep up. The stream ends, and finals do not cover all of its audio.
        case fellBehind
    }

    /// The state after all inputs that need no more answers, and after the next window, if that one is heard but its steps wait for answers.
    package private(set) var core: LiveCore
    private var waiting: [LiveCore.Input] = []
    /// Index of the first input that waits; the inputs before it are done.
    private var next = 0
    /// True if the first input that waits is a window that the core has heard.
    private var isHeard = false
    private var answers = LiveAnswers()
    private var asked: Set<LiveQuestion> = []
    /// A copy of the core that has heard windows behind the input that waits, and the index of the next one; nil: the machine does not look ahead.
    private var ahead: (core: LiveCore, next: Int)?
    /// The question about the turn that the core will ask at a later window of its pause; nil: the machine has not looked so far.
    private var judgment: LiveQuestion?
    private var isOver = false
    /// Number of windows among the inputs that wait.
    private var waitingWindows = 0
    /// Maximum number of windows that wait. One more ends the stream.
    private let maxWindows: Int
    /// Maximum number of other inputs that wait: one for each 8 ms of the backlog. One more ends the stream. Commands take no room from the audio.
    private var maxCommands: Int { 4 * maxWindows }

    /// - Parameter backlog: maximum delay: a stream that falls this far behind is given up.
    package init(_ core: LiveCore, backlog: SampleCount = SampleCount(.seconds(120), at: .speech)) {
        self.core = core
        maxWindows = Int(backlog.samples / VoiceActivity.window.samples)
    }

    /// Number of inputs that wait for an answer.
    package var waitingCount: Int { waiting.count - next }

    /// Start of the audio that may still be needed.
    package var neededFrom: SampleIndex { core.neededFrom }

    package mutating func take(_ input: LiveCore.Input) -> [Action] {
        guard !isOver else { return [] }
        waiting.append(input)
        if input.isWindow { waitingWindows += 1 }
        guard waitingWindows <= maxWindows, waitingCount - waitingWindows <= maxCommands else {
            isOver = true
            waiting = []
            (next, waitingWindows) = (0, 0)
            return [.fellBehind]
        }
        if asked.isEmpty || waitingCount == 1 { return advance() }
        var actions: [Action] = []
        lookAhead(&actions)
        return actions
    }

    /// Takes the answer to a question. An answer that nobody needs changes nothing.
    package mutating func answer(_ question: LiveQuestion, _ answer: LiveAnswer) -> [Action] {
        guard !isOver, asked.remove(question) != nil else { return [] }
        answers[question] = answer
        return advance()
    }

    /// Applies inputs until one needs an answer that is not there.
    private mutating func advance() -> [Action] {
        var actions: [Action] = [], isBlocked = false
        ahead = nil
        while next < waiting.count {
            // Nobody waits for the words that are read at a pause to learn of the pause.
            if !isHeard, case .window(let probability, let power) = waiting[next] {
                isHeard = true
                let events = core.hear(probability: probability, power: power), at = core.position
                actions += events.map { .event($0, at: at) }
            }
            var attempt = core
            do throws(MissingAnswer) {
                let events = try attempt.apply(waiting[next], answers)
                core = attempt
                let at = core.position
                actions += events.map { .event($0, at: at) }
            } catch {
                ask(error.question, &actions)
                // The step's likely next questions are answered meanwhile.
                for question in attempt.foreseen where answers[question] == nil { ask(question, &actions) }
                isBlocked = true
                break
            }
            if waiting[next].isWindow { waitingWindows -= 1 }
            next += 1
            isHeard = false
            let foreseen = core.foreseen
            if let judgment, core.position >= judgment.audio.end { self.judgment = nil }
            keep(foreseen, &actions)
            for question in foreseen where answers[question] == nil { ask(question, &actions) }
            if core.hasFinished {
                isOver = true
                actions += asked.map { .drop($0) } + [.finished]
                asked = []
                break
            }
        }
        if next > 256 || next == waiting.count {
            waiting.removeFirst(next)
            next = 0
        }
        if isBlocked {
            // At the judged window itself, the step has asked.
            if isHeard, judgment == nil, core.mayBeJudged, core.judgment == nil { ahead = (core: core, next: next + 1) }
            lookAhead(&actions)
        }
        return actions
    }

    /// Hears the windows that wait behind the present step, up to the one at which the turn will be judged, and asks for that judgment. Nothing else is
    /// taken from what is heard there.
    private mutating func lookAhead(_ actions: inout [Action]) {
        guard var (core, next) = ahead else { return }
        ahead = nil
        while next < waiting.count {
            // A command may change what is asked.
            guard case .window(let probability, let power) = waiting[next] else { return }
            _ = core.hear(probability: probability, power: power)
            next += 1
            guard core.mayBeJudged else { return }
            guard let question = core.judgment else { continue }
            judgment = question
            ask(question, &actions)
            return
        }
        ahead = (core: core, next: next)
    }

    private mutating func ask(_ question: LiveQuestion, _ actions: inout [Action]) {
        if asked.insert(question).inserted { actions.append(.ask(question)) }
    }

    /// Forgets all answers and questions but those that later inputs may need.
    private mutating func keep(_ foreseen: Set<LiveQuestion>, _ actions: inout [Action]) {
        let needed = judgment.map { foreseen.union([$0]) } ?? foreseen
        answers.keep(needed)
        for question in asked where !needed.contains(question) {
            asked.remove(question)
            actions.append(.drop(question))
        }
    }
}
