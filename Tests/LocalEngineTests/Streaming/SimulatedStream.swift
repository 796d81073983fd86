import LocalEngine
import Speech

/// A machine in a world of made-up speech: a detector that is nearly right, and a recogniser that needs random time, hears exactly the words whose
/// middle lies in its audio, and mishears a word that the end of its audio cuts.
struct SimulatedStream {
    struct Spoken {
        var number: Int
        var range: SampleRange
        var middle: SampleIndex { SampleIndex((range.start.samples + range.end.samples) / 2) }
    }

    var machine: UtteranceMachine
    var random: SeededGenerator
    let spoken: [Spoken]
    let windows: Int
    /// Of each window: whether enough of it is spoken.
    private let isSpeech: [Bool]
    private(set) var events: [EngineEvent] = []
    private(set) var finalizes = 0
    private(set) var hasFinished = false
    private(set) var fellBehind = false
    private var due: [(window: Int, request: SegmentRequest)] = []
    private var judgments: [(window: Int, id: Int)] = []
    private var window = 0
    private let slowness: Int

    /// - Parameter slowness: most windows that a result takes.
    init(seed: UInt64, interims: Bool, slowness: Int) {
        random = SeededGenerator(seed: seed)
        self.slowness = slowness
        machine = UtteranceMachine(
            channel: .first, timing: StreamTiming(endpointing: .milliseconds(Int.random(in: 10...800, using: &random))), wantsInterims: interims)
        // Some talk almost without pauses.
        let sides = Bool.random(using: &random) ? 20 : 120
        var spoken: [Spoken] = []
        var position = Int.random(in: 0...30_000, using: &random)
        for number in 0..<Int.random(in: 20...160, using: &random) {
            let length = Int.random(in: 4_800...12_800, using: &random)
            spoken.append(Spoken(number: number, range: SampleRange(SampleIndex(position), count: SampleCount(length))))
            let gap =
                switch Int.random(in: 0..<sides, using: &random) {
                case 0: Int.random(in: 8_000...60_000, using: &random)
                case 1: Int.random(in: 100_000...250_000, using: &random)
                case 2...3: Int.random(in: 1_600...8_000, using: &random)
                default: Int.random(in: 0...800, using: &random)
                }
            position += length + gap
        }
        self.spoken = spoken
        windows = position / 512 + Int.random(in: 0...40, using: &random)
        var covered = [Int64](repeating: 0, count: windows + 1)
        for item in spoken {
            for window in Int(item.range.start.samples / 512)...Int(item.range.end.samples / 512) {
                let span = SampleRange(SampleIndex(window * 512), count: SampleCount(512))
                covered[window] += item.range.intersection(span)?.count.samples ?? 0
            }
        }
        isSpeech = covered.map { $0 >= 200 }
    }

    mutating func run() {
        for _ in 0..<windows {
            run(machine.receive(SampleCount(512)))
            let probability = isSpeech[window] ? Float.random(in: 0.7...1, using: &random) : Float.random(in: 0...0.3, using: &random)
            run(machine.heard(probability, power: Float.random(in: 0...probability, using: &random)))
            window += 1
            deliver()
            if Int.random(in: 0..<400, using: &random) == 0 {
                finalizes += 1
                run(machine.finalize())
            }
        }
        run(machine.finish())
        while !hasFinished, !fellBehind, !due.isEmpty {
            window += 1
            deliver()
        }
    }

    private mutating func deliver() {
        for (at, request) in due where at <= window {
            due.removeAll { $0.request.id == request.id }
            run(machine.recognized(request.id, hear(request), took: SampleCount(512 * Int.random(in: 1...slowness, using: &random))))
        }
        for (at, id) in judgments where at <= window {
            judgments.removeAll { $0.id == id }
            run(machine.judged(id, Float.random(in: 0...1, using: &random)))
        }
    }

    private mutating func run(_ actions: [UtteranceMachine.Action]) {
        for action in actions {
            switch action {
            case .event(let event): events.append(event)
            case .recognize(let request): due.append((window + Int.random(in: 0...slowness, using: &random), request))
            case .cancel(let id):
                // A result may already be on its way.
                if Bool.random(using: &random) { due.removeAll { $0.request.id == id } }
            case .judge(let id, _, _):
                if Bool.random(using: &random) { judgments.append((window + Int.random(in: 0...20, using: &random), id)) }
            case .finished: hasFinished = true
            case .fellBehind: fellBehind = true
            }
        }
    }

    private mutating func hear(_ request: SegmentRequest) -> SegmentResult {
        let first = (request.prefix.last?.id).map { Int($0) - 10 + 1 } ?? 0
        var words = request.prefix.map { token in word(spoken[Int(token.id) - 10]) }
        for item in spoken where item.number >= first && request.audio.contains(item.middle) {
            var heard = word(item)
            if item.range.end > request.audio.end, request.purpose == .interim { heard.text += "?" }
            words.append(heard)
        }
        let seams = zip(words, words.dropFirst()).enumerated().map { index, pair in
            let middle = (pair.0.range.end.samples + pair.1.range.start.samples) / 2
            return SegmentResult.Seam(words: index + 1, at: SampleIndex(middle), power: Float.random(in: 0...1, using: &random))
        }
        return SegmentResult(words: words, seams: request.purpose == .cut ? seams : [])
    }

    private func word(_ item: Spoken) -> SegmentResult.Word {
        SegmentResult.Word(text: "w\(item.number)", confidence: 0.9, tokens: [Token(Int32(item.number + 10))], range: item.range)
    }
}
