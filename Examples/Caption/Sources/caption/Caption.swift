import Foundation
import HarkenKit

/// Prints what is said in a WAV file (16 kHz, mono, 16 bit), as it plays.
@main enum Caption {
    static func main() async throws {
        guard CommandLine.arguments.count > 1 else {
            print(
                "usage: caption FILE.wav [local | harken | assemblyai | deepgram | soniox | speechmatics | several, with commas: the next one takes over]"
            )
            exit(2)
        }
        let audio = try Data(contentsOf: URL(filePath: CommandLine.arguments[1])).dropFirst(44)
        let names = CommandLine.arguments.count > 2 ? CommandLine.arguments[2] : "local"
        let engines = try names.split(separator: ",").map { try engine(named: String($0)) }
        // An engine that fails is replaced by the next one, and no word is lost.
        let stream = try Failover(engines).stream()
        let reading = Task {
            for await event in stream.events {
                switch event {
                case .final(let said): print("\(said.start) \(said.text) (\(said.engine))")
                case .problem(let problem): print("(\(problem))")
                case .terminated(let end): if let error = end.error { print("ended: \(error)") }
                default: break
                }
            }
        }
        // A tenth of a second each tenth of a second: as a microphone would.
        for start in stride(from: audio.startIndex, to: audio.endIndex, by: 3_200) {
            stream.push(bytes: Array(audio[start..<min(start + 3_200, audio.endIndex)]))
            try await Task.sleep(for: .milliseconds(100))
        }
        stream.finish()
        await reading.value
    }

    private static func engine(named name: String) throws -> any SpeechToText {
        switch name {
        case "harken": try Harken()
        case "assemblyai": try AssemblyAI()
        case "deepgram": try Deepgram()
        case "soniox": try Soniox()
        case "speechmatics": try Speechmatics()
        case "openai": try OpenAI()
        default: try Local()
        }
    }
}
