/// The diarisation error rate: speech that was given to nobody or to the wrong speaker, and silence that was taken for speech. Overlapping speech is
/// included.
///
/// Source: NIST, "The 2009 (RT-09) Rich Transcription Meeting Recognition Evaluation Plan", section 6.1.
public struct DiarizationError: Sendable, Equatable {
    /// Speaker time in the reference that was given to nobody.
    public var missed: Duration = .zero
    /// Speaker time in the hypothesis where nobody, or fewer people, spoke.
    public var falseAlarm: Duration = .zero
    /// Speaker time that was given to another speaker.
    public var confused: Duration = .zero
    /// Speaker time in the reference that was judged.
    public var speech: Duration = .zero

    /// The rate: 0 is perfect, and it may exceed 1. Without speech in the reference: 0 when none was found either, otherwise 1.
    public var rate: Double {
        let wrong = missed + falseAlarm + confused
        return speech > .zero ? wrong / speech : (wrong > .zero ? 1 : 0)
    }

    public static func + (first: DiarizationError, second: DiarizationError) -> DiarizationError {
        var sum = first
        sum.missed += second.missed
        sum.falseAlarm += second.falseAlarm
        sum.confused += second.confused
        sum.speech += second.speech
        return sum
    }

    public init() {}

    /// Compares two lists of turns.
    ///
    /// - Parameter collar: time on each side of a reference turn's edge that is not judged.
    public init(reference: [SpokenTurn], hypothesis: [SpokenTurn], collar: Duration = .zero) {
        let intervals = Self.intervals(reference, hypothesis, collar)
        var shared: [String: [String: Int]] = [:]
        for interval in intervals {
            for heard in interval.heard {
                for speaker in interval.said { shared[heard, default: [:]][speaker, default: 0] += interval.microseconds }
            }
        }
        let pairs = SpeakerPairing(shared: shared).pairs
        for interval in intervals {
            let length = Duration.microseconds(interval.microseconds)
            let right = interval.heard.count { pairs[$0].map(interval.said.contains) ?? false }
            speech += length * interval.said.count
            missed += length * max(0, interval.said.count - interval.heard.count)
            falseAlarm += length * max(0, interval.heard.count - interval.said.count)
            confused += length * (min(interval.said.count, interval.heard.count) - right)
        }
    }

    /// An interval of time in which no turn begins or ends.
    private struct Interval {
        var microseconds: Int
        var said: Set<String>
        var heard: Set<String>
    }

    private enum Edge {
        case said(String, Int), heard(String, Int), collar(Int)
    }

    private static func intervals(_ reference: [SpokenTurn], _ hypothesis: [SpokenTurn], _ collar: Duration) -> [Interval] {
        var edges: [(at: Duration, edge: Edge)] = []
        for turn in reference where turn.end > turn.start {
            edges += [(turn.start, .said(turn.speaker, 1)), (turn.end, .said(turn.speaker, -1))]
            guard collar > .zero else { continue }
            for at in [turn.start, turn.end] { edges += [(at - collar, .collar(1)), (at + collar, .collar(-1))] }
        }
        for turn in hypothesis where turn.end > turn.start {
            edges += [(turn.start, .heard(turn.speaker, 1)), (turn.end, .heard(turn.speaker, -1))]
        }
        edges.sort { $0.at < $1.at }
        var (said, heard): ([String: Int], [String: Int]) = ([:], [:])
        var collars = 0
        var intervals: [Interval] = []
        for (index, edge) in edges.enumerated() {
            switch edge.edge {
            case .said(let speaker, let change): said[speaker, default: 0] += change
            case .heard(let speaker, let change): heard[speaker, default: 0] += change
            case .collar(let change): collars += change
            }
            guard index + 1 < edges.count, collars == 0 else { continue }
            let length = Int(((edges[index + 1].at - edge.at) / .microseconds(1)).rounded())
            guard length > 0 else { continue }
            intervals.append(
                Interval(
                    microseconds: length, said: Set(said.filter { $0.value > 0 }.keys), heard: Set(heard.filter { $0.value > 0 }.keys)))
        }
        return intervals
    }
}
