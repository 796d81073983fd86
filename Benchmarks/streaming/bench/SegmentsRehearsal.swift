import LocalEngine
import Speech

/// A rehearsal of the engine that recognises a stream's segments.
struct SegmentsRehearsal: Rehearsal {
    let player: Player
    private let models: LocalModels
    private let recognizer: SegmentRecognizer
    private var machine: UtteranceMachine
    var probabilities: SpeechProbabilities
    var now = SampleIndex.zero
    private var due: [(at: SampleIndex, request: SegmentRequest, took: SampleCount)] = []
    private var judgments: [(at: SampleIndex, id: Int, probability: Float)] = []
    var events: [Played.Event] = []
    private(set) var isFinished = false
    let reading: Played.Reading? = nil

    init(_ player: Player, _ models: LocalModels) {
        self.player = player
        self.models = models
        recognizer = SegmentRecognizer(models)
        machine = UtteranceMachine(channel: .first, timing: StreamTiming(endpointing: player.usualEndpointing), wantsInterims: player.interims)
        probabilities = SpeechProbabilities(models.voiceActivity)
    }

    mutating func deliver() throws {
        while let index = due.firstIndex(where: { $0.at <= now }) {
            let (_, request, took) = due.remove(at: index)
            guard let result = try recognizer.recognize(request, samples(in: request.heard), mayContinue: { true }) else { continue }
            try run(machine.recognized(request.id, result, took: took))
        }
        while let index = judgments.firstIndex(where: { $0.at <= now }) {
            let judgment = judgments.remove(at: index)
            try run(machine.judged(judgment.id, judgment.probability))
        }
    }

    mutating func receive(_ count: SampleCount) throws { try run(machine.receive(count)) }

    mutating func heard(_ probability: Float, power: Float) throws { try run(machine.heard(probability, power: power)) }

    mutating func finish() throws { try run(machine.finish()) }

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
                judgments.append((now + SampleCount(FreeCore.completeness, at: .speech), id, probability))
            case .finished, .fellBehind: isFinished = true
            }
        }
    }

    private static func duration(of request: SegmentRequest) -> Duration {
        let tokens = max(1, FreeCore.tokensPerSecond * request.audio.count.seconds(at: .speech) - Double(request.prefix.count))
        return FreeCore.words(heard: request.heard.count, tokens: tokens, aligned: request.purpose == .interim ? .zero : request.audio.count)
    }
}
