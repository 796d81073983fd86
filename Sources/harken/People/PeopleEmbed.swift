import Conversations
import Framing
import LocalEngine
import Speech

struct PeopleEmbed: Command {
    static let description = CommandDescription(
        name: "people embed", summary: "Print the voiceprint of a recording.",
        discussion: """
            Prints one line for each FILE, in order: the file's name and its voiceprint, of length 1. Two voiceprints of the same voice have a \
            cosine near 1. With --json each line is one object. Nothing is stored. The exit status is 1 if a file has no voice; the others are \
            printed anyway.
            """,
        operands: .init(placeholder: "FILE…", help: "Recordings, each of one voice, in any format that libav reads.", count: 1...10_000),
        options: [Flag.json])

    private let files: [String]
    private let json: Bool
    private let models: ModelFolder

    init(_ arguments: Arguments) throws(UsageError) {
        files = arguments.operands
        json = arguments.has(.json)
        models = ModelFolder(environment: arguments.environment)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        let voice: RecordedVoice
        do throws(InferenceError) {
            voice = try RecordedVoice(models) { failure in
                context.printError(Self.description, "\(failure.consequence): \(failure.reason)")
            }
        } catch {
            context.printError(Self.description, "\(error)")
            return .failed
        }
        var status = ExitStatus.done
        for file in files {
            if let problem = FileIdentity.problem(path: file) {
                context.printError(Self.description, "\(file): \(problem)")
                status = .failed
                continue
            }
            do throws(EngineError) {
                if let voiceprint = try await voice.voiceprint(of: Recording(path: file)) {
                    context.output.write(text(file, voiceprint) + "\n")
                } else {
                    context.printError(Self.description, "\(file): the file has too little speech; half a second is needed")
                    status = .failed
                }
            } catch {
                if error == .cancelled { return .interrupted }
                context.printError(Self.description, "\(file): \(error.advice)")
                status = .failed
            }
        }
        return status
    }

    private func text(_ file: String, _ voiceprint: Voiceprint) -> String {
        guard json else {
            return TerminalText.safe(file) + "\t" + voiceprint.direction.map { "\($0)" }.joined(separator: " ")
        }
        var writer = JSONWriter(capacity: 4_096)
        writer.beginObject()
        writer.member("file", file)
        writer.member("model", voiceprint.model)
        writer.key("voiceprint")
        writer.beginArray()
        for value in voiceprint.direction { writer.value(Double(value), decimals: 7) }
        writer.endArray()
        writer.endObject()
        return writer.text
    }
}
