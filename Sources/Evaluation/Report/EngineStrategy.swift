import Speech

/// The measures that would result if one rule chose the engine of every case.
struct EngineStrategy {
    /// The engine that the rule always chooses; nil when the choice differs between cases.
    var engine: EngineName?
    var measures: EngineMeasures

    static func all(of report: EvaluationReport) -> [(name: String, strategy: EngineStrategy)] {
        var strategies = report.engines.map { engine in
            ("always_\(engine)", EngineStrategy(engine: engine, measures: report.cases.measures(of: engine)))
        }
        let policies = Set(report.cases.map { $0.currentPolicy ?? report.baseline })
        let mixed = report.cases.reduce(EngineMeasures()) { sum, result in
            result.measures[result.currentPolicy ?? report.baseline].map { sum + $0 } ?? sum
        }
        strategies.append(("current_policy", EngineStrategy(engine: policies.count == 1 ? policies.first : nil, measures: mixed)))
        // Users do not see the shadow's words, so the baseline's measures count.
        strategies.append(("shadow_only", EngineStrategy(engine: report.baseline, measures: report.cases.measures(of: report.baseline))))
        return strategies
    }
}
