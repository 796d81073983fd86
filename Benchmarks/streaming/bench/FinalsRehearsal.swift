import Glibc
import LocalEngine
import Speech

/// A rehearsal of the core of live finals. The finals and the positions at which they are decided depend on the audio alone. The times at which they
/// come are those of a free core.
struct FinalsRehearsal: Rehearsal {
    let player: Player
    private let reader: LiveReader
    private var machine: LiveMachine
    var probabilities: SpeechProbabilities
    var now = SampleIndex.zero
    private var due: [(at: SampleIndex, question: LiveQuestion)] = []
    var events: [Played.Event] = []
    private(set) var isFinished = false
    private var spent = Played.Reading()
    var reading: Played.Reading? { spent }

    init(_ player: Player, _ models: LocalModels) {
        self.player = player
        reader = LiveReader(models)
        machine = LiveMachine(LiveCore(timing: LiveTiming(endpointing: player.endpointing)))
        probabilities = SpeechProbabilities(models.voiceActivity)
    }

    mutating func deliver() throws {
        while let index = due.firstIndex(where: { $0.at <= now }) {
            let question = due.remove(at: index).question
            let before = Self.threadSeconds()
            guard let answer = try reader.answer(question, samples(in: question.audio)) else { continue }
            spent.add(question, Self.threadSeconds() - before)
            run(machine.answer(question, answer))
        }
    }

    /// The machine takes windows only.
    mutating func receive(_ count: SampleCount) {}

    mutating func heard(_ probability: Float, power: Float) { run(machine.take(.window(probability: probability, power: power))) }

    mutating func finish() { run(machine.take(.finish(SampleIndex(player.samples.count)))) }

    private mutating func run(_ actions: [LiveMachine.Action]) {
        for action in actions {
            switch action {
            case .event(.engine(let event), let at):
                var entry = Player.entry(event, seconds(now))
                entry.decided = seconds(at)
                events.append(entry)
            case .event: break
            case .ask(let question): due.append((now + SampleCount(Self.duration(of: question), at: .speech), question))
            case .drop(let question): due.removeAll { $0.question == question }
            case .finished, .fellBehind: isFinished = true
            }
        }
    }

    private static func duration(of question: LiveQuestion) -> Duration {
        let audio = question.audio.count
        return switch question {
        case .words: FreeCore.words(heard: audio, tokens: FreeCore.tokensPerSecond * audio.seconds(at: .speech))
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
