import Speech

/// What it would be like if one rule chose the engine of every case.
struct EngineStrategy {
    /// The engine that it always uses; nil when that differs from case to case.
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
        // What runs in the shadow is shown to nobody.
        strategies.append(("shadow_only", EngineStrategy(engine: report.baseline, measures: report.cases.measures(of: report.baseline))))
        return strategies
    }
}
