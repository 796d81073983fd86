import Framing
import Glibc
import LocalEngine
import Speech

struct ModelsTest: Command {
    static let description = CommandDescription(
        name: "models test", summary: "Let each local model recognize a recording: the words, and how fast they come.",
        discussion: "Without FILE: an English recording that set-up brings. With --json: one array of objects.",
        operands: .init(placeholder: "FILE", help: "An audio or video file.", count: 0...1),
        options: ModelPlaceChoice.options + [language, Flag.json])

    private static let language = Option(language: "The language of the recording, such as de. Default: Whisper finds it out.")
    /// The recording of set-up, below the folder of models.
    private static let sample = "test-audio/beckett.wav"

    private struct Outcome {
        var model: LocalLanguages.Model
        var transcript: Transcript
        var seconds: Double
        var audioSeconds: Double
    }

    private let choice: ModelPlaceChoice
    private let file: String?
    private let spoken: LanguageTag?
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        choice = try ModelPlaceChoice(arguments)
        file = arguments.operands.first
        spoken = try arguments.language(Self.language)?.named
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context, in: choice) { place in
            let path = file ?? place.path + "/" + Self.sample
            guard access(path, R_OK) == 0 else {
                throw ModelError(
                    "\(path) cannot be read: \(String(cString: strerror(errno)).lowercased())" + (file == nil ? "; name a recording" : ""))
            }
            if let problem = place.folder.problem(ModelFolder.Item.recognition) { throw ModelError("\(problem); \(ModelFolder.remedy)") }
            var outcomes: [Outcome] = []
            for model in LocalLanguages.Model.allCases {
                if let outcome = try await test(model, in: place.folder, path, context) { outcomes.append(outcome) }
            }
            if json {
                context.output.writeLine(Self.json(outcomes))
            } else {
                for outcome in outcomes { context.output.writeLine(Self.line(outcome)) }
            }
        }
    }

    /// Returns nil when the model is not there, or does not hear the language.
    private func test(
        _ model: LocalLanguages.Model, in folder: ModelFolder, _ path: String, _ context: CommandContext
    ) async throws -> Outcome? {
        guard let languages = LocalLanguages(models: (model == .moonshine ? "en=" : "*=") + model.rawValue) else { return nil }
        let engine = LocalEngine(folder, pool: Processors.count, languages: languages) { failure in
            context.printError(Self.description, "\(failure.consequence): \(failure.reason)")
        }
        guard model != .whisper || WhisperFacts(of: folder) != nil else {
            context.note("\(model.rawValue) is not there; harken models fetch brings it")
            return nil
        }
        if let spoken, !engine.capabilities.languages.contains(spoken) {
            context.note("\(model.rawValue) does not hear \(spoken)")
            return nil
        }
        // The time of loading is no part of the speed.
        _ = try await engine.models()
        let begun = Instant.now
        let transcript = try await engine.recognize(Recording(path: path), options: RecognitionOptions(language: spoken)) { _ in }
        return Outcome(
            model: model, transcript: transcript, seconds: (Instant.now - begun) / .seconds(1),
            audioSeconds: Double(transcript.length.samples) / Double(transcript.rate.hertz))
    }

    private static func line(_ outcome: Outcome) -> String {
        let speed = outcome.seconds > 0 ? Int((outcome.audioSeconds / outcome.seconds).rounded()) : 0
        let text = outcome.transcript.text()
        return "\(outcome.model.rawValue) (\(outcome.transcript.language), \(speed) times real time): \(text.isEmpty ? "no words" : text)"
    }

    private static func json(_ outcomes: [Outcome]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for outcome in outcomes {
            writer.beginObject()
            writer.member("model", outcome.model.rawValue)
            writer.member("language", outcome.transcript.language.rawValue)
            writer.member("text", outcome.transcript.text())
            writer.member("audio_seconds", outcome.audioSeconds, decimals: 3)
            writer.member("seconds", outcome.seconds, decimals: 3)
            writer.endObject()
        }
        writer.endArray()
        return writer.text
    }
}
