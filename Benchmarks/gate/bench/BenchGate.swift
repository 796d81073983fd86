import Audio
import Continuity
import Foundation
import LocalEngine
import Speech

/// How much speech the silence gate keeps from engines, and how much of what is none.
@main
enum BenchGate {
    private struct Row: Encodable {
        var set: String
        var clips: Int
        /// Of the reference's speech.
        var speechSeconds: Double
        /// Of it, what engines do not hear, in percent.
        var missed: Double?
        /// Of it, what is no speech window by window, in percent: what the gate would miss without pre-roll and hangover.
        var rejectedWindows: Double?
        /// What is not speech.
        var otherSeconds: Double
        /// Of it, what engines do not hear, in percent.
        var withheld: Double?
        /// The clips in which most is missed, or of noise in which most passes: percent.
        var worst: [String: Double]
    }

    private static let goal = 3.0

    /// Arguments: the folder of the audio, and the folder for the figures as JSON, if they are wanted.
    static func main() throws {
        guard let audio = CommandLine.arguments.dropFirst().first else {
            FileHandle.standardError.write(Data("bench-gate: name the folder of the audio\n".utf8))
            exit(2)
        }
        let folder = ModelFolder(environment: ProcessInfo.processInfo.environment)
        let runtime = try InferenceRuntime(path: folder.path(of: .runtime))
        let model = try VoiceActivity(runtime, path: folder.path(of: .voiceActivity))
        var rows: [Row] = []
        for set in GateSet.all(try Clip.all(in: audio)) {
            rows.append(try row(set, audio, model))
        }
        show(rows)
        let clean = rows.first { $0.set == GateSet.clean }?.missed ?? 100
        if let results = CommandLine.arguments.dropFirst(2).first {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try encoder.encode(rows).write(to: URL(fileURLWithPath: results + "/gate.json"))
        }
        if clean > goal { exit(1) }
    }

    private static func row(_ set: GateSet, _ audio: String, _ model: VoiceActivity) throws -> Row {
        var total = Heard()
        var each: [(String, Double)] = []
        for clip in set.clips {
            let heard = try Heard(clip, audio: audio, model, quiet: set.addsQuiet)
            total.add(heard)
            each.append((clip.id, (set.isNoise ? heard.passedShare : heard.missedShare) ?? 0))
        }
        let worst = each.filter { $0.1 >= 0.05 }.sorted { $0.1 > $1.1 }.prefix(3)
        return Row(
            set: set.name, clips: set.clips.count, speechSeconds: total.speech, missed: total.missedShare, rejectedWindows: total.rejectedShare,
            otherSeconds: total.other, withheld: total.withheldShare, worst: Dictionary(uniqueKeysWithValues: worst.map { ($0.0, $0.1) }))
    }

    private static func show(_ rows: [Row]) {
        func text(_ value: Double?) -> String { value.map { String(format: "%.2f", $0) } ?? "" }
        print(
            """

            The silence gate, with its constants and the detector that it has in the gateway. Percent; worst: missed of a clip, of noise what passes.

            | set | clips | speech, s | missed | windows rejected | no speech, s | withheld | worst |
            |---|---|---|---|---|---|---|---|
            """)
        for row in rows {
            let worst = row.worst.sorted { $0.value > $1.value }.map { "\($0.key) \(text($0.value))" }.joined(separator: ", ")
            print(
                "| \(row.set) | \(row.clips) | \(text(row.speechSeconds)) | \(text(row.missed)) | \(text(row.rejectedWindows)) | "
                    + "\(text(row.otherSeconds)) | \(text(row.withheld)) | \(worst) |")
        }
        print("\nOf clean speech at most \(text(goal)) is to be missed.")
    }
}
