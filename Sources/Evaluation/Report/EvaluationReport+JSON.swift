import Framing
import Speech

extension EvaluationReport {
    /// The whole report as one JSON document. Shares are 0…1, times are in seconds, and costs in US dollars; unknown values are `null`.
    public var json: String {
        var writer = JSONWriter(capacity: 65_536)
        writer.beginObject()
        writer.member("status", isPassed ? "passed" : "failed")
        writer.member("case_count", cases.count)
        writer.member("failure_count", failures)
        writer.member("warning_count", warnings)
        writer.member("skipped_count", skipped.count)
        writer.member("left_out_count", leftOut)
        writer.member("baseline", baseline.rawValue)
        writer.key("candidates")
        writer.beginArray()
        for candidate in candidates { writer.value(candidate.rawValue) }
        writer.endArray()
        writeAggregate(&writer)
        writeStrategies(&writer)
        for candidate in candidates where candidate != baseline { writeGaps(of: candidate, &writer) }
        writer.key("scenarios")
        writer.beginArray()
        for verdict in verdicts {
            writer.beginObject()
            writer.member("scenario", verdict.scenario)
            writer.member("candidate", verdict.candidate.rawValue)
            writer.key("gates")
            writer.write(verdict.gates)
            writer.endObject()
        }
        writer.endArray()
        writer.key("evidence")
        writer.write(evidence)
        writeCases(&writer)
        writer.key("skipped_live_cases")
        writer.beginArray()
        for skip in skipped {
            writer.beginObject()
            writer.member("id", skip.id)
            writer.member("scenario", skip.scenario)
            writer.member("reason", skip.reason)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.text
    }

    private func writeAggregate(_ writer: inout JSONWriter) {
        writer.key("aggregate")
        writer.beginObject()
        if !cases.isEmpty {
            let comparisons = candidates.compactMap { candidate in candidate == baseline ? nil : cases.comparison(of: candidate) }
            writer.member(
                "average_word_error_rate", optional: candidates.first.flatMap { wordErrorRate(of: $0)?.rate } ?? comparisons.first?.words.rate)
            writer.member("average_timestamp_drift_seconds", optional: comparisons.first?.drift)
            for engine in engines {
                writer.key(escaping: engine.rawValue)
                writer.beginObject()
                let wordErrors = wordErrorRate(of: engine)
                writer.member("word_error_rate", optional: wordErrors?.rate)
                writer.key("word_error_rate_interval")
                writer.write(wordErrors?.interval)
                writer.write(members: cases.measures(of: engine))
                if let difference = wordErrorDifference(of: engine) {
                    writer.member("word_error_rate_difference", optional: difference.difference)
                    writer.key("word_error_rate_difference_interval")
                    writer.write(difference.interval)
                }
                if engine != baseline { writer.write(members: cases.comparison(of: engine)) }
                writer.endObject()
            }
        }
        writer.endObject()
    }

    private func writeStrategies(_ writer: inout JSONWriter) {
        writer.key("strategies")
        writer.beginObject()
        for (name, strategy) in EngineStrategy.all(of: self) {
            writer.key(escaping: name)
            writer.beginObject()
            writer.member("provider", strategy.engine?.rawValue ?? "mixed")
            writer.write(members: strategy.measures)
            writer.endObject()
        }
        writer.endObject()
    }

    private func writeGaps(of candidate: EngineName, _ writer: inout JSONWriter) {
        let gaps = CandidateGap.all(of: self).filter { $0.candidate == candidate }
        writer.key(escaping: "\(candidate)_gap_report")
        writer.beginObject()
        writer.member("status", gaps.isEmpty ? "no_gaps" : "gaps_found")
        writer.key("limiting_scenarios")
        writer.beginArray()
        for gap in gaps {
            writer.beginObject()
            writer.member("scenario", gap.scenario)
            writer.member("metric", gap.metric)
            writer.key(escaping: "\(candidate)_value")
            writer.value(gap.candidateValue, decimals: 6)
            writer.key(escaping: "\(baseline)_value")
            writer.value(gap.baselineValue, decimals: 6)
            writer.member("likely_cause", gap.likelyCause)
            writer.member("mitigation", gap.mitigation)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    private func writeCases(_ writer: inout JSONWriter) {
        writer.key("cases")
        writer.beginArray()
        for result in cases {
            writer.beginObject()
            writer.member("id", result.id)
            writer.member("scenario", result.scenario)
            writer.member("current_policy_provider", (result.currentPolicy ?? baseline).rawValue)
            writer.key("providers")
            writer.beginObject()
            for engine in engines {
                guard let measures = result.measures[engine] else { continue }
                writer.key(escaping: engine.rawValue)
                writer.beginObject()
                writer.member("word_error_rate", optional: measures.judgedTexts > 0 ? measures.words.rate : nil)
                writer.write(members: measures)
                writer.endObject()
            }
            writer.endObject()
            writer.key("comparison")
            writer.beginObject()
            for candidate in engines {
                guard let comparison = result.comparisons[candidate] else { continue }
                writer.key(escaping: candidate.rawValue)
                writer.beginObject()
                writer.write(members: comparison)
                writer.endObject()
            }
            writer.endObject()
            // The gates of a single case help to find problems. The scenario's gates decide.
            writer.key("gates")
            writer.write(
                candidates.flatMap {
                    QualityGate(baseline: baseline, candidate: $0, thresholds: thresholds, allowsMissingRuns: true).judge([result])
                })
            writer.endObject()
        }
        writer.endArray()
    }
}

extension JSONWriter {
    mutating func member(_ name: StaticString, optional number: Double?) {
        key(name)
        if let number { value(number, decimals: 6) } else { null() }
    }

    fileprivate mutating func write(_ interval: BootstrapInterval?) {
        guard let interval else { return null() }
        beginArray()
        value(interval.low, decimals: 6)
        value(interval.high, decimals: 6)
        endArray()
    }

    fileprivate mutating func write(_ gates: [GateResult]) {
        beginArray()
        for gate in gates {
            beginObject()
            member("metric", gate.metric)
            member("severity", gate.severity.rawValue)
            member("gate_group", gate.group.rawValue)
            member("value", optional: gate.value)
            key("threshold")
            switch gate.threshold {
            case .atMost(let limit), .atLeast(let limit): value(limit, decimals: 6)
            case .required(let what): value(what)
            }
            member("message", gate.message)
            endObject()
        }
        endArray()
    }

    fileprivate mutating func write(members measures: EngineMeasures) {
        member("word_count", measures.heardWords)
        member("segment_count", measures.segments)
        member("character_error_rate", optional: measures.judgedTexts > 0 ? measures.characters.rate : nil)
        member("empty_transcript_rate", optional: measures.mayNotBeEmpty > 0 ? Double(measures.empty) / Double(measures.mayNotBeEmpty) : nil)
        let knowsSpeakers = measures.speakers.all > 0
        member("speaker_word_purity", optional: knowsSpeakers ? measures.speakers.purity : nil)
        member("speaker_word_error_rate", optional: knowsSpeakers ? measures.speakers.error : nil)
        member("speaker_inflation_ratio", optional: knowsSpeakers ? measures.speakers.inflation : nil)
        member("true_speaker_count", measures.speakers.speakers)
        member("cluster_count", measures.clusters)
        member("diarization_error_rate", optional: measures.diarization?.rate)
        let runs = measures.runs
        member("run_count", runs?.count ?? 0)
        member("failure_rate", optional: runs.flatMap { $0.share($0.failed) })
        member("timeout_error_rate", optional: runs.flatMap { $0.share($0.timedOut) })
        member("fallback_rate", optional: runs.flatMap { $0.share($0.fallbacks) })
        member("latency_seconds", optional: runs?.latency.map { $0 / .seconds(1) })
        member("billable_seconds", optional: runs.map { $0.billable / .seconds(1) })
        member("estimated_cost_usd", optional: runs?.cost)
        member("estimated_cost_per_hour_usd", optional: runs?.costPerHour)
    }

    fileprivate mutating func write(members comparison: AnswerComparison) {
        member("word_error_rate_vs_baseline", optional: comparison.words.rate)
        member("segment_count_delta", comparison.candidateSegments - comparison.baselineSegments)
        member("segment_count_delta_ratio", optional: comparison.segmentDelta)
        member("word_count_delta", comparison.candidateWords - comparison.baselineWords)
        member("average_timestamp_drift_seconds", optional: comparison.drift)
        let times = Distribution(comparison.wordDrifts)
        member("word_time_difference_median_seconds", optional: times.quantile(0.5))
        member("word_time_difference_p95_seconds", optional: times.quantile(0.95))
    }
}
