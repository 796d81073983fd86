import Continuity

/// Makes a failing scenario smaller: removes everything that the failure does not need.
package enum Shrinker {
    /// - Returns: the smallest scenario found that breaks the same rule.
    package static func shrink(_ scenario: Scenario, breaking rule: Violation.Rule) -> Scenario {
        var smallest = scenario
        var attempts = 0
        /// Applies the change if the rule is still broken afterwards.
        func attempt(_ change: (inout Scenario) -> Void) -> Bool {
            var candidate = smallest
            change(&candidate)
            attempts += 1
            guard attempts < 4_000 else { return false }
            var world = SimulatedWorld(candidate)
            guard world.run().violation?.rule == rule else { return false }
            smallest = candidate
            return true
        }
        var isSmaller = true
        while isSmaller && attempts < 4_000 {
            isSmaller = false
            if smallest.mode != .failover, attempt({ $0.mode = .failover }) { isSmaller = true }
            if smallest.engines.count > 1, attempt({ $0.engines.removeLast() }) { isSmaller = true }
            if smallest.spoken.count > 1, attempt({ $0.spoken.removeLast() }) { isSmaller = true }
            for engine in smallest.engines.indices {
                for fault in smallest.engines[engine].faults.indices.reversed() where smallest.engines[engine].faults[fault] != nil {
                    if attempt({ $0.engines[engine].faults[fault] = nil }) { isSmaller = true }
                }
                for calm in calmings { _ = attempt { calm(&$0.engines[engine].profile) } }
            }
            if !smallest.repairers.isEmpty, attempt({ $0.repairers.removeLast() }) { isSmaller = true }
            for repairer in smallest.repairers.indices {
                for calm in calmings { _ = attempt { calm(&$0.repairers[repairer].profile) } }
                _ = attempt { $0.repairers[repairer].failures = 0 }
                _ = attempt { $0.repairers[repairer].refusals = 0 }
            }
            if !smallest.news.isEmpty, attempt({ $0.news.removeLast() }) { isSmaller = true }
            if !smallest.noises.isEmpty, attempt({ $0.noises.removeLast() }) { isSmaller = true }
            if !smallest.client.pauses.isEmpty, attempt({ $0.client.pauses = [] }) { isSmaller = true }
            for command in smallest.client.commands.indices.reversed() {
                if attempt({ $0.client.commands.remove(at: command) }) { isSmaller = true }
            }
            if smallest.client.burst != 0, attempt({ $0.client.burst = 0 }) { isSmaller = true }
            if smallest.client.reads != nil, attempt({ $0.client.reads = nil }) { isSmaller = true }
            if smallest.client.speed != 1, attempt({ $0.client.speed = 1 }) { isSmaller = true }
            for channel in smallest.spoken.indices {
                var step = max(1, smallest.spoken[channel].count / 2)
                while step >= 1 {
                    var from = 0
                    while from < smallest.spoken[channel].count {
                        let range = from..<min(from + step, smallest.spoken[channel].count)
                        if attempt({ $0.spoken[channel].removeSubrange(range) }) { isSmaller = true } else { from += step }
                    }
                    step /= 2
                }
            }
            for cut in [smallest.length / 2, smallest.length * 3 / 4, smallest.length - 1_000, smallest.length - 200]
            where cut > 0 && cut < smallest.length {
                if attempt({ $0.length = cut }) {
                    isSmaller = true
                    break
                }
            }
        }
        return smallest
    }

    /// Changes that each make an engine better behaved in one respect.
    private static let calmings: [@Sendable (inout EngineProfile) -> Void] = [
        { $0.jitter = 0 }, { $0.skew = 0 }, { $0.joins = 0 }, { $0.substitutes = 0 }, { $0.omits = 0 }, { $0.repeats = 0 },
        { $0.hearsParts = 0 },
        { $0.isFormatted = false },
        { $0.interims = nil }, { $0.cutsWords = false }, { $0.cap = nil }, { $0.expiry = nil }, { $0.turns = .inFinal }, { $0.coverage = .word },
        { $0.pace = nil },
        { $0.answersAtOnce = false }, { $0.latency = 5...5 }, { $0.connect = 1...1 }, { $0.unanswered = nil }, { $0.hasWordTimes = true },
    ]
}
