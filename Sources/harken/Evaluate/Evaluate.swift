import Evaluation
import Speech
import Store

struct Evaluate: Command {
    private static let engines = Option(
        "--engines", "NAMES", accepts: "names with commas, each one of " + RecordingEngine.names.map(\.rawValue).joined(separator: ", "),
        "The engines to compare, the baseline first. Default: the engines with answers in the manifests, or local if there are none."
    ) { text in
        let names = text.split(separator: ",").map { EngineName(String($0)) }
        return !names.isEmpty && Set(names).count == names.count && names.allSatisfy(RecordingEngine.names.contains) ? names : nil
    }
    private static let baseline = Option(
        "--baseline", "NAME", accepts: "an engine's name",
        "The engine to compare the others with. Default: the first of --engines, or deepgram."
    ) { EngineName($0) }
    private static let limit = Option("--limit", "COUNT", accepts: "a number above 0", "Judges only the first COUNT cases.") {
        Int($0).flatMap { $0 > 0 ? $0 : nil }
    }
    private static let scenario = Option("--scenario", "TEXT", "Judges only cases whose scenario has TEXT in its name.")
    private static let speakers = Flag("--speakers", "Asks the engines to tell speakers apart.")
    private static let outputJSON = Option("--output-json", "FILE", "The file to write the report to, as JSON.")
    private static let outputMarkdown = Option("--output-md", "FILE", "The file to write the report to, as Markdown.")
    private static let outputHTML = Option("--output-html", "FILE", "The file to write the report to, as one HTML page.")
    private static let failOnWarning = Flag("--fail-on-warning", "Fails the evaluation for warnings too.")
    private static let allowMissing = Flag(
        "--allow-missing-instrumentation", "Accepts stored answers without a ledger or rollup, without a warning.")

    static let description = CommandDescription(
        name: "evaluate", summary: "Compare engines on recordings whose words are known, and judge whether they are good enough.",
        discussion: """
            A manifest is a JSON document with a list of cases, or a file with one case on each line. A case has a recording (audio_file) with its
            words (text) and speakers (segments, rttm), or stored answers of engines. The report goes to standard output.
            The exit status is 3 when the evaluation is not passed. docs/evaluation.md explains each figure.
            """,
        operands: .init(placeholder: "MANIFEST…", help: "Files with the cases to judge.", count: 1...1_000),
        options: [engines, baseline, limit, scenario, speakers, Flag.json, outputJSON, outputMarkdown, outputHTML, failOnWarning, allowMissing]
            + ThresholdOptions.all)

    private let manifests: [String]
    private let engines: [RecordingEngine]
    private let baseline: EngineName?
    private let limit: Int?
    private let scenario: String?
    private let asksForSpeakers: Bool
    private let printsJSON: Bool
    private let outputs: [(path: String, rendering: @Sendable (EvaluationReport) -> String)]
    private let failsOnWarning: Bool
    private let allowsMissingRuns: Bool
    private let thresholds: GateThresholds
    private let prices: PriceTable

    init(_ arguments: Arguments) throws(UsageError) {
        manifests = arguments.operands
        var engines: [RecordingEngine] = []
        for name in try arguments.value(Self.engines) ?? [] { engines.append(try RecordingEngine(name, environment: arguments.environment)) }
        self.engines = engines
        baseline = try arguments.value(Self.baseline) ?? engines.first?.name
        limit = try arguments.value(Self.limit)
        scenario = try arguments.value(Self.scenario)
        asksForSpeakers = arguments.has(Self.speakers)
        printsJSON = arguments.has(.json)
        let renderings: [(Option<String>, @Sendable (EvaluationReport) -> String)] = [
            (Self.outputJSON, { $0.json + "\n" }), (Self.outputMarkdown, { $0.markdown }), (Self.outputHTML, { $0.html }),
        ]
        var outputs: [(path: String, rendering: @Sendable (EvaluationReport) -> String)] = []
        for (option, rendering) in renderings {
            if let path = try arguments.value(option) { outputs.append((path, rendering)) }
        }
        self.outputs = outputs
        failsOnWarning = arguments.has(Self.failOnWarning)
        allowsMissingRuns = arguments.has(Self.allowMissing)
        thresholds = try ThresholdOptions.thresholds(arguments)
        prices = try OperatorSettings.prices(environment: arguments.environment)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        do {
            let manifest = try ManifestFile.read(manifests)
            var cases = manifest.cases.filter { scenario.map($0.scenario.contains) ?? true }
            if let limit { cases = Array(cases.prefix(limit)) }
            guard let recognition = recognition(of: cases, context) else { return .failed }
            let report = try await judge(cases, leftOut: manifest.leftOut, recognition, context)
            for output in outputs { try OutputFile.write(output.rendering(report), to: output.path, standard: context.output) }
            context.output.write(printsJSON ? report.json + "\n" : report.markdown)
            return report.isPassed ? .done : .gateNotPassed
        } catch is CancellationError {
            return .interrupted
        } catch {
            context.printError(Self.description, "\(error)")
            return .failed
        }
    }

    /// Returns the engines that recognise; nil when one of them cannot be used, after a message to the user.
    private func recognition(of cases: [EvaluationCase], _ context: CommandContext) -> [any PrerecordedEngine]? {
        var chosen = engines
        // The cases have recordings and no answers to compare, so the local engine is used.
        if chosen.isEmpty, cases.allSatisfy({ $0.answers.isEmpty }), let local = try? RecordingEngine(.local, environment: context.environment) {
            chosen = [local]
        }
        var found: [any PrerecordedEngine] = []
        for engine in chosen {
            guard let made = engine.make(for: Self.description, context) else { return nil }
            found.append(made)
        }
        return found
    }

    private func judge(
        _ cases: [EvaluationCase], leftOut: Int, _ recognition: [any PrerecordedEngine], _ context: CommandContext
    ) async throws -> EvaluationReport {
        let stored = Set(cases.flatMap { $0.answers.keys }).sorted { $0.rawValue < $1.rawValue }
        var names = recognition.map(\.name)
        if names.isEmpty { names = stored }
        let first = baseline ?? (names.contains(EngineName("deepgram")) ? EngineName("deepgram") : names.first ?? .local)
        guard names.isEmpty || names.contains(first) || stored.contains(first) else {
            throw UsageError("--baseline \(first) is not one of the engines; give one of --engines")
        }
        if !names.contains(first), !names.isEmpty { names.append(first) }
        let progress = ProgressLine(in: context)
        defer { progress.clear() }
        var results: [CaseResult] = []
        var skipped: [EvaluationReport.Skipped] = []
        for (index, judged) in cases.enumerated() {
            progress.show("case \(index + 1) of \(cases.count)  \(judged.id)")
            var answers = judged.answers.filter { names.contains($0.key) }
            for engine in recognition {
                guard let audio = judged.audio else { continue }
                answers[engine.name] = try await CaseRecognition(engine, asksForSpeakers: asksForSpeakers, prices: prices).answer(
                    to: audio, language: judged.language)
            }
            if let missing = names.first(where: { answers[$0] == nil }) {
                let reason = judged.audio == nil ? "the case has no recording and no answer of \(missing)" : "the case has no answer of \(missing)"
                skipped.append(EvaluationReport.Skipped(id: judged.id, scenario: judged.scenario, reason: reason))
            } else {
                results.append(CaseResult(judged, answers: answers, baseline: first))
            }
        }
        let candidates = names.filter { $0 != first }
        return EvaluationReport(
            baseline: first, candidates: candidates.isEmpty ? [first] : candidates, cases: results, skipped: skipped, leftOut: leftOut,
            thresholds: thresholds, allowsMissingRuns: allowsMissingRuns, failsOnWarning: failsOnWarning)
    }
}
