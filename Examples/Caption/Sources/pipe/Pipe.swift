import Foundation
import HarkenKit

/// Recognizes 16 kHz mono PCM from standard input by several engines, and prints one line of JSON for each event that a program would act on.
///
/// The fault table of HarkenKit (`scripts/play faults --kit`) drives this program while its engines fail.
@main enum Pipe {
    private struct Line: Encodable {
        var event: String
        var text: String?
        var words: [Word]?
        var engine: String?
    }

    private struct Word: Encodable {
        var text: String
        var start: Double
        var end: Double
    }

    static func main() async throws {
        guard CommandLine.arguments.count > 2 else {
            print("usage: pipe failover | hedged | ensemble ENGINE[=URL]…   (the vendors' keys are in the environment: DEEPGRAM_API_KEY, …)")
            exit(2)
        }
        var engines: [any SpeechToText] = []
        for argument in CommandLine.arguments.dropFirst(2) {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            engines.append(try await engine(parts[0], parts.count > 1 ? parts[1] : nil))
        }
        let several: any SpeechToText =
            switch CommandLine.arguments[1] {
            case "hedged": try Hedged(engines)
            case "ensemble": try Ensemble(engines)
            default: try Failover(engines)
            }
        tell(Line(event: "ready"))
        let stream = try several.stream(TranscriptionOptions())
        Thread.detachNewThread {
            while let audio = try? FileHandle.standardInput.read(upToCount: 3_200), !audio.isEmpty { stream.push(bytes: Array(audio)) }
            stream.finish()
        }
        for await event in stream.events {
            switch event {
            case .final(let said):
                let words = said.words.map { Word(text: $0.text, start: $0.start / .seconds(1), end: $0.end / .seconds(1)) }
                tell(Line(event: "final", words: words, engine: said.engine.rawValue))
            case .problem(.connectionLost(let engine, let error)): tell(Line(event: "lost", text: "\(error)", engine: engine.rawValue))
            case .problem(let problem): tell(Line(event: "problem", text: "\(problem)"))
            case .terminated(let end): tell(Line(event: "end", text: end.error.map { "\($0)" }))
            default: break
            }
        }
    }

    private static func engine(_ name: String, _ url: String?) async throws -> any SpeechToText {
        switch name {
        case "harken": return try Harken(url: url)
        case "assemblyai": return try AssemblyAI(baseURL: url)
        case "deepgram": return try Deepgram(baseURL: url)
        case "openai": return try OpenAI(baseURL: url, live: .realtime)
        case "soniox": return try Soniox(baseURL: url)
        case "speechmatics": return try Speechmatics(baseURL: url)
        default:
            let local = try Local()
            // The models are loaded once a first stream is over.
            let first = try local.stream()
            first.push([Int16](repeating: 0, count: 16_000))
            first.finish()
            for await _ in first.events {}
            return local
        }
    }

    private static func tell(_ line: Line) {
        guard let json = try? JSONEncoder().encode(line) else { return }
        FileHandle.standardOutput.write(json + Data("\n".utf8))
    }
}
