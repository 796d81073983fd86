import Glibc
import LocalEngine
import Speech

/// Plays one stream to the core of live finals as fast as the machine can. The finals and the positions at which they are decided depend on the audio
/// alone. The times at which they come are those of a free core, by a table.
struct FinalsRehearsal {
    private let player: Player
    private let reader: LiveReader
    private var machine: LiveMachine
    private var probabilities: SpeechProbabilities
    private var now = SampleIndex.zero
    private var due: [(at: SampleIndex, question: LiveQuestion)] = []
    private var events: [Played.Event] = []
    private var isFinished = false
    private var reading = Played.Reading()

    init(_ player: Player, _ models: LocalModels) {
        self.player = player
        reader = LiveReader(models)
        machine = LiveMachine(LiveCore(timing: LiveTiming(endpointing: player.endpointing)))
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
            for (probability, power) in heard { run(machine.take(.window(probability: probability, power: power))) }
        }
        run(machine.take(.finish(SampleIndex(player.samples.count))))
        while !isFinished {
            now += VoiceActivity.window
            try deliver()
        }
        events.append(Played.Event(at: seconds(now), kind: "closed"))
        return Played(
            stream: player.name, seconds: Double(player.samples.count) / 16_000, wall: seconds(now), clips: player.clips, events: events,
            reading: reading)
    }

    private mutating func deliver() throws {
        while let index = due.firstIndex(where: { $0.at <= now }) {
            let question = due.remove(at: index).question
            let range = Int(question.audio.start.samples)..<min(Int(question.audio.end.samples), player.samples.count)
            let before = Self.threadSeconds()
            guard let answer = try reader.answer(question, Array(player.samples[range])) else { continue }
            reading.add(question, Self.threadSeconds() - before)
            run(machine.answer(question, answer))
        }
    }

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

    /// The time of an answer on a free core: 8 ms for each second that the encoder hears, 4 ms for each token (speech has about 3.5 a second), 9 ms for
    /// each second that is aligned, 60 ms for the end-of-turn model.
    private static func duration(of question: LiveQuestion) -> Duration {
        let length = question.audio.count.seconds(at: .speech)
        return switch question {
        case .words: .milliseconds(12 + 8 * length + 4 * 3.5 * length)
        case .times: .milliseconds(9 * length)
        case .terms: .milliseconds(12 + 8 * length)
        case .completeness: .milliseconds(60)
        }
    }

    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    private func seconds(_ index: SampleIndex) -> Double { index.seconds(at: .speech) }
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
