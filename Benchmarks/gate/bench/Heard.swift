import Audio
import Continuity
import LocalEngine
import Speech

/// What the gate makes of recordings: seconds.
struct Heard {
    var speech = 0.0
    private var missed = 0.0
    private var rejected = 0.0
    var other = 0.0
    private var withheld = 0.0

    var missedShare: Double? { speech > 0 ? 100 * missed / speech : nil }
    var rejectedShare: Double? { speech > 0 ? 100 * rejected / speech : nil }
    var withheldShare: Double? { other > 0 ? 100 * withheld / other : nil }
    var passedShare: Double? { withheldShare.map { 100 - $0 } }

    init() {}

    mutating func add(_ one: Heard) {
        speech += one.speech
        missed += one.missed
        rejected += one.rejected
        other += one.other
        withheld += one.withheld
    }

    /// As a session hears it, with the gateway's rule.
    init(_ clip: Clip, audio: String, _ model: VoiceActivity, quiet: Bool) throws {
        var samples = quiet ? Self.room(seconds: 6) : []
        let from = samples.count
        let file = try MediaFile(Recording(path: audio + "/" + clip.file))
        while let block = try file.next() { samples += block.samples }
        let end = samples.count
        if quiet { samples += Self.room(seconds: 6) }

        let rule = VADGate.Rule()
        var gate = VADGate(rule, rate: .speech)
        var voices = SpeechProbabilities(model)
        let window = Int(VoiceActivity.window.samples)
        var isSpeech = [Bool](repeating: false, count: samples.count)
        var position = 0
        try voices.append(samples.span) { probability, power in
            // −45 dBFS, as the gateway has it.
            _ = gate.add(
                SampleRange(SampleIndex(Int64(position)), SampleIndex(Int64(position + window))), probability: probability, isLoud: power > 3.2e-5)
            if probability > rule.threshold { for index in position..<position + window { isSpeech[index] = true } }
            position += window
        }
        let goesOn = Self.passing(gate.passages, count: samples.count)
        let marked = Self.reference(clip, samples, from..<end)
        let second = Double(SampleRate.speech.hertz)
        for index in 0..<position {
            if marked[index] {
                speech += 1 / second
                if !goesOn[index] { missed += 1 / second }
                if !isSpeech[index] { rejected += 1 / second }
            } else {
                other += 1 / second
                if !goesOn[index] { withheld += 1 / second }
            }
        }
    }

    /// Which samples go on to engines. What is not decided at the end goes the way of what came before it.
    private static func passing(_ passages: Passages, count: Int) -> [Bool] {
        var goesOn = [Bool](repeating: false, count: count)
        let end = SampleIndex(Int64(count))
        var position = SampleIndex.zero
        while position < end {
            var next = end
            var passes = passages.isOpen
            switch passages.part(at: position, before: end) {
            case .passes(let to): (next, passes) = (to, true)
            case .withheld(let to): (next, passes) = (to, false)
            case .undecided: break
            }
            if passes { for index in Int(position.samples)..<Int(next.samples) { goesOn[index] = true } }
            position = next
        }
        return goesOn
    }

    /// Where somebody speaks: as the set says, or from the first to the last 20 ms that are above 2 % of the loudest.
    private static func reference(_ clip: Clip, _ samples: [Float], _ range: Range<Int>) -> [Bool] {
        var marked = [Bool](repeating: false, count: samples.count)
        func mark(_ from: Int, _ to: Int) { for index in max(0, from)..<max(0, from, min(to, samples.count)) { marked[index] = true } }
        if clip.kind == "noise" { return marked }
        let rate = Double(SampleRate.speech.hertz)
        let segments = (clip.segments ?? []).compactMap { segment in segment.start.flatMap { start in segment.end.map { (start, $0) } } }
        if !segments.isEmpty {
            for (start, end) in segments { mark(range.lowerBound + Int(start * rate), range.lowerBound + Int(end * rate)) }
            return marked
        }
        let frame = 320
        let levels = stride(from: range.lowerBound, to: range.upperBound - frame + 1, by: frame).map { start in
            samples[start..<start + frame].reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
        }
        guard let peak = levels.max(), let first = levels.firstIndex(where: { $0 > 0.02 * peak }),
            let last = levels.lastIndex(where: { $0 > 0.02 * peak })
        else { return marked }
        mark(range.lowerBound + first * frame, range.lowerBound + (last + 1) * frame)
        return marked
    }

    /// A quiet room, about −60 dBFS; the same each time.
    private static func room(seconds: Int) -> [Float] {
        var state: UInt32 = 1
        return (0..<seconds * SampleRate.speech.hertz).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Float(Int32(bitPattern: state)) / 2_147_483_648 * 0.002
        }
    }
}
