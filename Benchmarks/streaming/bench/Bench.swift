import Foundation
import LocalEngine
import Speech

/// Plays speech to the local engine as live streams and prints what it says and when, one JSON object a line; the last one holds the totals.
///
///     bench-streaming < PLAN
///
/// Everything is judged by the script beside this, which also writes the plan.
@main struct Bench {
    static func main() async throws {
        let plan = try JSONDecoder().decode(Plan.self, from: FileHandle.standardInput.readDataToEndOfFile())
        let engine = LocalEngine(ModelFolder(environment: ProcessInfo.processInfo.environment), pool: plan.threads)
        _ = try await engine.models()
        if plan.recorded {
            for id in Set(plan.streams.flatMap(\.items)) { try printLine(try await Recorded(id, engine)) }
        }
        if plan.rehearsal {
            let models = try await engine.models().model
            let cpu = cpuSeconds()
            let played = try await rehearsed(plan, models)
            try printLine(
                Totals(cpu: cpuSeconds() - cpu, audio: played.reduce(0) { $0 + $1.seconds }, wall: played.map(\.wall).max() ?? 0))
            for stream in played { try printLine(stream) }
            return
        }
        let played = try await withThrowingTaskGroup(of: Played.self) { group in
            for (index, stream) in plan.streams.enumerated() {
                let player = try Player(stream, plan)
                group.addTask {
                    // Streams do not begin in step.
                    try await Task.sleep(for: .milliseconds(137 * index))
                    return try await player.play(engine)
                }
            }
            var all: [Played] = []
            let cpu = cpuSeconds()
            for try await stream in group { all.append(stream) }
            try printLine(Totals(cpu: cpuSeconds() - cpu, audio: all.reduce(0) { $0 + $1.seconds }, wall: all.map(\.wall).max() ?? 0))
            return all
        }
        for stream in played { try printLine(stream) }
    }

    /// The streams as they would be on a free core, as many at once as there are threads.
    private static func rehearsed(_ plan: Plan, _ models: LocalModels) async throws -> [Played] {
        try await withThrowingTaskGroup(of: (Int, Played).self) { group in
            var done: [Int: Played] = [:]
            for (index, stream) in plan.streams.enumerated() {
                if index >= plan.threads, let (number, played) = try await group.next() { done[number] = played }
                group.addTask {
                    var rehearsal = Rehearsal(try Player(stream, plan), models)
                    return (index, try rehearsal.play())
                }
            }
            for try await (number, played) in group { done[number] = played }
            return plan.streams.indices.compactMap { done[$0] }
        }
    }

    private static func printLine(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    private static func cpuSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}

/// What to play.
struct Plan: Decodable {
    struct Stream: Decodable {
        var name: String
        var items: [Item]
    }

    struct Item: Decodable, Hashable {
        var id: String
        var file: String
        /// Silence after it.
        var pauseMilliseconds: Int
    }

    var threads: Int
    var frameMilliseconds: Int
    /// null: nobody asks for a pause.
    var endpointingMilliseconds: Int?
    /// Recognise the clips as recordings too.
    var recorded: Bool
    var interims: Bool
    /// Whether the core of live finals plays on a clock of its own, in place of the engine at real time.
    var rehearsal: Bool
    /// Silence after which a rehearsal reads a window; null: both looks are the engine's. `lookAgainMilliseconds`: silence after which it reads the
    /// window again where its last words are not sure; null: never.
    var lookMilliseconds: Int?
    var lookAgainMilliseconds: Int?
    var limits: Limits
    var streams: [Stream]

    /// Silences and lengths at which a rehearsal judges a turn and sends words, in milliseconds; null: the engine's.
    struct Limits: Decodable {
        var earlyMilliseconds: Int?
        /// One silence for all streams, or three: where the stream's pauses tell nothing yet, where they have been ends, and where somebody reads.
        var lateMilliseconds: [Int]?
        /// null: that of `earlyMilliseconds`.
        var judgmentMilliseconds: Int?
        /// null: the engine's.
        var drafts: Drafts?
        /// Length at which a window is cut; null: the engine's.
        var cutMilliseconds: Int?
    }

    /// The drafts of a rehearsal's readings.
    struct Drafts: Decodable {
        /// Audio between two draft readings in speech that goes on; null: there are none.
        var everyMilliseconds: Int?
        /// False if no reading has a draft.
        var areUsed: Bool
    }
}

struct Totals: Encodable {
    var cpu: Double
    var audio: Double
    var wall: Double
}

struct TimedWord: Encodable {
    var text: String
    var start: Double
    var end: Double

    init(_ word: Word, _ rate: SampleRate) {
        text = word.text
        start = word.range.start.seconds(at: rate)
        end = word.range.end.seconds(at: rate)
    }
}

/// A clip recognised as a recording.
struct Recorded: Encodable {
    var recorded: String
    var words: [TimedWord]

    init(_ item: Plan.Item, _ engine: LocalEngine) async throws {
        let transcript = try await engine.recognize(Recording(path: item.file), options: RecognitionOptions()) { _ in }
        recorded = item.id
        words = transcript.channels.flatMap(\.words).map { TimedWord($0, transcript.rate) }
    }
}
