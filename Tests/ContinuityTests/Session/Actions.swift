import Continuity
import Speech

extension [SessionAction] {
    /// Without records of what ran.
    var unrecorded: [SessionAction] {
        filter { if case .ran = $0 { false } else { true } }
    }

    var commits: [Commit] {
        compactMap { if case .emit(.commit(let commit)) = $0 { commit } else { nil } }
    }

    /// The text that was committed.
    var said: String { commits.flatMap(\.words).map(\.text).joined(separator: " ") }

    var repairs: [Repair] {
        compactMap { if case .repair(let repair) = $0 { repair } else { nil } }
    }

    var gaps: [SampleRange] {
        compactMap { if case .emit(.gap(_, let range, _)) = $0 { range } else { nil } }
    }

    var mends: [Backfill] {
        compactMap { if case .report(.backfill(let backfill)) = $0 { backfill } else { nil } }
    }

    /// Engines that are known to be at fault.
    var blamed: [EngineName] {
        compactMap { if case .report(.engineFault(let engine, _)) = $0 { engine } else { nil } }
    }

    /// Where somebody is to listen for speech, and for which leg.
    var questions: [(leg: LegID, range: SampleRange)] {
        compactMap { if case .listen(let leg, _, let range) = $0 { (leg, range) } else { nil } }
    }

    /// How late engines have answered that had been given up.
    var lags: [Duration] {
        compactMap { if case .report(.engineLagged(_, by: let lag)) = $0 { lag } else { nil } }
    }

    var records: [AttemptRecord] {
        compactMap { if case .ran(let record) = $0 { record } else { nil } }
    }

    /// The errors of the session's ends.
    var ends: [EngineError?] {
        compactMap { if case .emit(.ended(let end)) = $0 { .some(end.error) } else { nil } }
    }
}
