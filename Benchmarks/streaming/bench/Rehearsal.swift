import Glibc
import LocalEngine
import Speech

/// Plays one stream to the core of live finals as fast as the computer can, on a clock of its own: the models' answers come when they would on a free
/// core (`FreeCore`). The finals, the positions at which they are decided and the times at which they come depend on the audio alone.
struct Rehearsal {
    private let player: Player
    private let reader: LiveReader
    private var machine: LiveMachine
    private var probabilities: SpeechProbabilities
    /// The audio that was spoken until now, which is the clock.
    private var now = SampleIndex.zero
    /// Answers that a free core would have at these times, and the seconds of this core that they took.
    private var due: [(at: SampleIndex, question: LiveQuestion, answer: LiveAnswer, spent: Double)] = []
    private var events: [Played.Event] = []
    /// True once the machine has said everything.
    private var isFinished = false
    private var spent = Played.Reading()

    init(_ player: Player, _ models: LocalModels) {
        self.player = player
        reader = LiveReader(models)
        machine = LiveMachine(LiveCore(timing: player.timing))
        probabilities = SpeechProbabilities(models.voiceActivity)
    }

    mutating func play() throws -> Played {
        let window = Int(VoiceActivity.window.samples)
        events = [Played.Event(at: 0, kind: "opened")]
        for start in stride(from: 0, to: player.samples.count, by: window) {
            let piece = Array(player.samples[start..<min(start + window, player.samples.count)])
            now += SampleCount(piece.count)
            try deliver()
            var heard: [(Float, Float)] = []
            try probabilities.append(piece.span) { heard.append(($0, $1)) }
            for (probability, power) in heard { try run(machine.take(.window(probability: probability, power: power))) }
        }
        try run(machine.take(.finish(SampleIndex(player.samples.count))))
        while !isFinished {
            now += VoiceActivity.window
            try deliver()
        }
        events.append(Played.Event(at: seconds(now), kind: "closed"))
        return Played(
            stream: player.name, seconds: Double(player.samples.count) / 16_000, wall: seconds(now), clips: player.clips, events: events,
            reading: spent)
    }

    /// Gives the machine the answers that are due.
    private mutating func deliver() throws {
        while let index = due.firstIndex(where: { $0.at <= now }) {
            let work = due.remove(at: index)
            spent.add(work.question, work.spent)
            try run(machine.answer(work.question, work.answer))
        }
    }

    /// Answers a question at once: the time that a free core needs depends on the answer.
    private mutating func ask(_ question: LiveQuestion) throws {
        let before = Self.threadSeconds(), asked = player.usesDrafts ? question : Self.withoutDraft(question)
        guard let answer = try reader.answer(asked, samples(in: asked.audio)) else { return }
        let spent = Self.threadSeconds() - before
        due.append((now + SampleCount(Self.duration(of: asked, answer), at: .speech), question, answer, spent))
    }

    private static func withoutDraft(_ question: LiveQuestion) -> LiveQuestion {
        guard case .words(let audio, let hint, _) = question else { return question }
        return .words(in: audio, hint)
    }

    /// Returns the player's samples in a range, as far as there are any.
    private func samples(in range: SampleRange) -> [Float] {
        Array(player.samples[Int(range.start.samples)..<min(Int(range.end.samples), player.samples.count)])
    }

    private func seconds(_ index: SampleIndex) -> Double { index.seconds(at: .speech) }

    private mutating func run(_ actions: [LiveMachine.Action]) throws {
        for action in actions {
            switch action {
            case .event(.engine(let event), let at):
                var entry = Player.entry(event, seconds(now))
                entry.decided = seconds(at)
                events.append(entry)
            case .event: break
            case .ask(let question): try ask(question)
            case .drop(let question): due.removeAll { $0.question == question }
            case .finished, .fellBehind: isFinished = true
            }
        }
    }

    private static func duration(of question: LiveQuestion, _ answer: LiveAnswer) -> Duration {
        let audio = question.audio.count
        return switch question {
        case .words(_, _, let draft):
            FreeCore.words(
                heard: audio, tokens: max(0, FreeCore.tokensPerSecond * audio.seconds(at: .speech) - Double(question.rightTokens(in: answer))),
                drafted: draft.count)
        case .times: FreeCore.times(of: audio)
        case .terms: FreeCore.words(heard: audio, tokens: 0)
        case .completeness: FreeCore.completeness
        }
    }

    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

extension Played {
    /// The work for a stream's finals.
    struct Reading: Encodable {
        /// Seconds of audio that were read for words, and number of readings.
        var audio = 0.0
        var count = 0
        /// Seconds of a core for words, for times and for the end-of-turn model.
        var words = 0.0
        var times = 0.0
        var turns = 0.0

        mutating func add(_ question: LiveQuestion, _ spent: Double) {
            switch question {
            case .words:
                audio += question.audio.count.seconds(at: .speech)
                count += 1
                words += spent
            case .times: times += spent
            case .terms: words += spent
            case .completeness: turns += spent
            }
        }
    }
}
