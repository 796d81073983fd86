import Speech

extension EvaluationReport {
    /// The first line of the report: whether the candidates are good enough.
    var headline: String {
        let names = candidates.map(\.rawValue).joined(separator: ", ")
        let what = candidates == [baseline] ? names : "\(names) against \(baseline)"
        return "\(what): \(isPassed ? "passed" : "failed") (\(cases.count) cases, \(failures) failures, \(warnings) warnings)"
    }

    var tables: [ReportTable] {
        [overview, verdictTable] + (skipped.isEmpty ? [] : [skippedTable]) + (gapTable.rows.isEmpty ? [] : [gapTable])
    }

    private var overview: ReportTable {
        let measured = engines.map { ($0, cases.measures(of: $0)) }
        func row(_ name: String, _ figure: (EngineName, EngineMeasures) -> String) -> [String] { [name] + measured.map(figure) }
        func known(_ measures: EngineMeasures, _ figure: Double) -> String { measures.speakers.all > 0 ? Decimals.percent(figure) : "–" }
        return ReportTable(
            title: "Engines", columns: [""] + engines.map(\.rawValue),
            rows: [
                row("Word error rate (95 %)") { engine, _ in
                    guard let found = wordErrorRate(of: engine) else { return "–" }
                    return Decimals.percent(found.rate)
                        + (found.interval.map { " (\(Decimals.percent($0.low)) to \(Decimals.percent($0.high)))" } ?? "")
                },
                row("Difference to \(baseline) (95 %)") { engine, _ in
                    guard let found = wordErrorDifference(of: engine) else { return "–" }
                    return Decimals.percent(found.difference)
                        + (found.interval.map { " (\(Decimals.percent($0.low)) to \(Decimals.percent($0.high)))" } ?? "")
                },
                row("Character error rate") { $1.judgedTexts > 0 ? Decimals.percent($1.characters.rate) : "–" },
                row("Words against \(baseline)") { engine, _ in
                    engine == baseline || cases.allSatisfy { $0.comparisons[engine] == nil }
                        ? "–" : Decimals.percent(cases.comparison(of: engine).words.rate)
                },
                row("Word times against \(baseline), median") { engine, _ in
                    Distribution(cases.comparison(of: engine).wordDrifts).quantile(0.5).map { Decimals.fixed($0, places: 3) + " s" } ?? "–"
                },
                row("Empty answers") { _, measures in "\(measures.empty) of \(measures.mayNotBeEmpty)" },
                row("Speaker purity, by words") { known($1, $1.speakers.purity) },
                row("Words of the wrong speaker") { known($1, $1.speakers.error) },
                row("Clusters per speaker") { $1.speakers.all > 0 ? Decimals.fixed($1.speakers.inflation, places: 2) : "–" },
                row("Diarisation error rate") { Decimals.percent($1.diarization?.rate) },
                row("Failed") { _, measures in measures.runs.map { "\($0.failed) of \($0.count)" } ?? "–" },
                row("Audio a second") { _, measures in
                    guard let runs = measures.runs, let latency = runs.latency, latency > .zero, runs.billable > .zero else { return "–" }
                    return Decimals.fixed(runs.billable / latency, places: 1) + " s"
                },
                row("Cost of an hour") { $1.runs?.costPerHour.map { "$" + Decimals.fixed($0, places: 3) } ?? "–" },
            ],
            note: "Rates are over all cases together. In brackets: where 95 of 100 choices of such cases would lie.")
    }

    private var verdictTable: ReportTable {
        var rows: [[String]] = []
        for verdict in verdicts {
            let count = cases.count { $0.scenario == verdict.scenario }
            let broken = verdict.gates.filter { $0.severity != .pass }
            if broken.isEmpty { rows.append([verdict.scenario, verdict.candidate.rawValue, String(count), "pass", "", ""]) }
            for gate in broken {
                rows.append([verdict.scenario, verdict.candidate.rawValue, String(count), gate.severity.rawValue, gate.metric, gate.message])
            }
        }
        for gate in evidence where gate.severity != .pass {
            rows.append(["all", "", String(cases.count), gate.severity.rawValue, gate.metric, gate.message])
        }
        return ReportTable(
            title: "Gates", columns: ["Scenario", "Engine", "Cases", "Result", "Metric", "What"], rows: rows,
            note: leftOut > 0 ? "\(leftOut) entries have nothing to judge and were left out." : nil)
    }

    private var skippedTable: ReportTable {
        ReportTable(title: "Skipped", columns: ["Case", "Scenario", "Why"], rows: skipped.map { [$0.id, $0.scenario, $0.reason] })
    }

    private var gapTable: ReportTable {
        ReportTable(
            title: "Where a candidate is worse", columns: ["Scenario", "Engine", "Metric", "Value", "\(baseline)", "Likely cause", "What helps"],
            rows: CandidateGap.all(of: self).map {
                [
                    $0.scenario, $0.candidate.rawValue, $0.metric, Decimals.four($0.candidateValue), Decimals.four($0.baselineValue), $0.likelyCause,
                    $0.mitigation,
                ]
            })
    }
}
