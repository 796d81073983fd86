import Conversations
import Speech

extension Diarization {
    /// Length of the frames for which the speaker is decided: 50 ms.
    private static let frame = SampleCount(800)

    /// Returns the turns within a passage. At each moment, the speaker is the one who sounds like the windows around it; nearer windows count more,
    /// and changes are few.
    static func turns(in range: SampleRange, _ heard: [WindowVoice], _ centers: [Voiceprint], _ rule: DiarizationRule) -> [SpeakerTurn] {
        let likeness = heard.map { window in centers.map { 1 - $0.distance(to: window.voiceprint) } }
        let count = max(1, Int((range.count.samples + frame.samples / 2) / frame.samples))
        let path = path(count, centers.count, change: rule.change) { index in
            let moment = range.start + SampleCount(Int64(index) * frame.samples + frame.samples / 2)
            return scores(at: moment, heard, likeness, speakers: centers.count)
        }
        var turns: [SpeakerTurn] = []
        var first = 0
        for index in 1...count where index == count || path[index] != path[first] {
            let start = range.start + SampleCount(Int64(first) * frame.samples)
            let end = index == count ? range.end : range.start + SampleCount(Int64(index) * frame.samples)
            turns.append(SpeakerTurn(SampleRange(start, end), SpeakerLabel(path[first])))
            first = index
        }
        return turns
    }

    /// Returns each speaker's similarity to the sound at a moment: 1 for the same direction.
    private static func scores(at moment: SampleIndex, _ heard: [WindowVoice], _ likeness: [[Float]], speakers: Int) -> [Float] {
        var scores = [Float](repeating: 0, count: speakers)
        var total: Float = 0
        for (window, likeness) in zip(heard, likeness) {
            let half = Float(window.range.count.samples) / 2
            let away = abs(Float((moment - window.range.start).samples) - half)
            // At a passage's edges, beyond all windows, the nearest windows still count a little.
            guard away <= 1.5 * half else { continue }
            let weight = max(0.02, 1 - away / half)
            total += weight
            for speaker in scores.indices { scores[speaker] += weight * likeness[speaker] }
        }
        return total > 0 ? scores.map { $0 / total } : scores
    }

    /// Returns the likeliest speaker of each frame, at a cost for every change.
    private static func path(_ count: Int, _ speakers: Int, change: Float, scores: (Int) -> [Float]) -> [Int] {
        var best = scores(0)
        var from: [[Int]] = []
        for index in 1..<max(1, count) {
            let leader = best.indices.max { best[$0] < best[$1] } ?? 0
            let entry = best[leader] - change
            let next = scores(index)
            from.append(best.indices.map { best[$0] >= entry ? $0 : leader })
            best = best.indices.map { max(best[$0], entry) + next[$0] }
        }
        var path = [best.indices.max { best[$0] < best[$1] } ?? 0]
        for before in from.reversed() { path.append(before[path[path.count - 1]]) }
        return path.reversed()
    }
}
