import Audio
import Foundation
import LocalEngine
import Speech

/// Plays one stream as fast as the machine can, on a clock of its own: recognition takes as long as a table says it does on a free core. The same
/// audio always gives the same words at the same times, however busy the machine is.
struct Rehearsal {
    private let player: Player
    private let models: LocalModels
    private let recognizer: SegmentRecognizer
    private var machine: UtteranceMachine
    private var probabilities: SpeechProbabilities
    private var heardThrough = SampleIndex.zero
    private var now = SampleIndex.zero
    private var due: [(at: SampleIndex, request: SegmentRequest, took: SampleCount)] = []
    private var judgments: [(at: SampleIndex, id: Int, probability: Float)] = []
    private var events: [Played.Event] = []
    private var isFinished = false

    init(_ player: Player, _ models: LocalModels) {
        self.player = player
        self.models = models
        recognizer = SegmentRecognizer(models)
        machine = UtteranceMachine(channel: .first, timing: StreamTiming(endpointing: player.usualEndpointing), wantsInterims: player.interims)
        probabilities = SpeechProbabilities(models.voiceActivity)
    }

    mutating func play() throws -> Played {
        let window = Int(VoiceActivity.window.samples)
        events = [Played.Event(at: 0, kind: "opened")]
        for start in stride(from: 0, to: player.samples.count, by: window) {
            let piece = Array(player.samples[start..<min(start + window, player.samples.count)])
            now += SampleCount(piece.count)
            try deliver()
            try run(machine.receive(SampleCount(piece.count)))
            var heard: [(Float, Float)] = []
            try probabilities.append(piece.span) { heard.append(($0, $1)) }
            for (probability, power) in heard { try run(machine.heard(probability, power: power)) }
        }
        try run(machine.finish())
        while !isFinished {
            now += VoiceActivity.window
            try deliver()
        }
        events.append(Played.Event(at: seconds(now), kind: "closed"))
        return Played(
            stream: player.name, seconds: Double(player.samples.count) / 16_000, wall: seconds(now), clips: player.clips, events: events)
    }

    private mutating func deliver() throws {
        while let index = due.firstIndex(where: { $0.at <= now }) {
            let (_, request, took) = due.remove(at: index)
            let range = Int(request.heard.start.samples)..<min(Int(request.heard.end.samples), player.samples.count)
            guard let result = try recognizer.recognize(request, Array(player.samples[range]), mayContinue: { true }) else { continue }
            try run(machine.recognized(request.id, result, took: took))
        }
        while let index = judgments.firstIndex(where: { $0.at <= now }) {
            let judgment = judgments.remove(at: index)
            try run(machine.judged(judgment.id, judgment.probability))
        }
    }

    private mutating func run(_ actions: [UtteranceMachine.Action]) throws {
        for action in actions {
            switch action {
            case .event(let event): events.append(Player.entry(event, seconds(now)))
            case .recognize(let request):
                let took = SampleCount(Self.duration(of: request), at: .speech)
                due.append((now + took, request, took))
            case .cancel(let id): due.removeAll { $0.request.id == id }
            case .judge(let id, let audio, _):
                guard let model = models.endOfTurn else { continue }
                let probability = try model.probability(player.samples[Int(audio.start.samples)..<Int(audio.end.samples)].span)
                judgments.append((now + SampleCount(.milliseconds(60), at: .speech), id, probability))
            case .finished, .fellBehind: isFinished = true
            }
        }
    }

    /// What a request takes on a free core: the encoder 8 ms for each second that it hears, the decoder 4 ms for each token that is not known yet
    /// (speech has about 3.5 a second), the aligner 9 ms for each second.
    private static func duration(of request: SegmentRequest) -> Duration {
        let own = request.audio.count.seconds(at: .speech)
        let tokens = max(1, 3.5 * own - Double(request.prefix.count))
        let aligned = request.purpose == .interim ? 0 : own
        return .milliseconds(12 + 8 * request.heard.count.seconds(at: .speech) + 4 * tokens + 9 * aligned)
    }

    private func seconds(_ index: SampleIndex) -> Double { index.seconds(at: .speech) }
}
