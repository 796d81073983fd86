import Gateway
import LocalEngine
import Net
import Protocols
import Speech
import Vendors

struct Transcribe: Command {
    private static let engine = Option(
        "--engine", "NAME", standard: "local", accepts: (["local"] + vendors.map(\.name.rawValue)).joined(separator: ", "),
        "Which engine recognises. A vendor's needs its key in the environment, such as DEEPGRAM_API_KEY, and gets the recording."
    ) { text in
        let name = EngineName(text)
        return name == .local || vendors.contains { $0.name == name } ? name : nil
    }
    private static let vendors = Catalogue.vendors.filter { $0.prerecorded != nil }
    private static let format = Option("--format", "FORMAT", standard: TranscriptFormat.text, "How the words are written: text, json, srt or vtt.")
    private static let speakers = Flag("--speakers", "Tells speakers apart, where the engine can.")
    private static let language = Option(
        "--language", "TAG", accepts: "a language tag such as en or en-GB", "The language spoken. Default: what the engine takes it to be."
    ) { text in
        text.count >= 2 && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") } ? LanguageTag(text) : nil
    }
    private static let output = Option("--output", short: "-o", "FILE", "Where the result is written. Default: standard output.")

    static let description = CommandDescription(
        name: "transcribe", summary: "Writes down what is said in audio or video files: on this machine and offline, unless --engine says otherwise.",
        discussion: """
            Any format that libav reads. With --json (or --format json) one object per file, in order, each on its line; all times are in seconds.
            The exit status is 1 if any of the files failed; the others are written all the same.
            """,
        operands: .init(placeholder: "FILE…", help: "What to transcribe.", count: 1...10_000),
        options: [engine, format, Flag.json, speakers, language, output])

    private let files: [String]
    private let format: TranscriptFormat
    private let options: RecognitionOptions
    private let output: String?
    private let models: ModelFolder
    /// nil: the local engine.
    private let vendor: VendorSettings?

    init(_ arguments: Arguments) throws(UsageError) {
        files = arguments.operands
        let format = try arguments.value(Self.format) ?? .text
        if arguments.has(.json), arguments.text(Self.format) != nil, format != .json {
            throw UsageError("--json and --format \(format.rawValue) contradict each other; give one of them")
        }
        self.format = arguments.has(.json) ? .json : format
        output = try arguments.value(Self.output)
        if files.count > 1, self.format == .srt || self.format == .vtt {
            throw UsageError("--format \(self.format.rawValue) takes one FILE at a time")
        }
        if let output, let file = files.first(where: { FileIdentity(path: $0) == FileIdentity(path: output) && FileIdentity(path: $0) != nil }) {
            throw UsageError("--output would overwrite \(file); name another file")
        }
        vendor = try Self.vendor(arguments)
        options = RecognitionOptions(language: try arguments.value(Self.language), diarize: arguments.has(Self.speakers))
        models = ModelFolder(environment: arguments.environment)
    }

    /// The settings of the vendor that `--engine` names, from its variables.
    private static func vendor(_ arguments: Arguments) throws(UsageError) -> VendorSettings? {
        guard let name = try arguments.value(engine), name != .local else { return nil }
        let configured: [VendorSettings]
        do {
            configured = try OperatorSettings.configuration(file: nil, environment: arguments.environment).vendors
        } catch {
            throw (error as? UsageError) ?? UsageError("\(error)")
        }
        guard let settings = configured.first(where: { $0.name == name }) else {
            throw UsageError("--engine \(name) needs a key: set \(name.rawValue.uppercased())_API_KEY")
        }
        return settings
    }

    /// nil when it cannot be used; the user has been told why.
    private func makeEngine(_ surroundings: Surroundings) -> (any PrerecordedEngine)? {
        if let vendor {
            guard let service = Self.vendors.first(where: { $0.name == vendor.name })?.prerecorded, let client = try? HTTPClient() else { return nil }
            return VendorRecognizer(service, settings: vendor, client: client, clock: .system)
        }
        if let missing = models.missing(ModelFolder.Item.recognition).first {
            surroundings.complain(Self.description, "the local engine's models are missing (\(missing)); fetch them with: make setup")
            return nil
        }
        return LocalEngine(models, pool: Processors.count)
    }

    func run(_ surroundings: Surroundings) async -> ExitStatus {
        do throws(OutputFile.Failure) {
            guard let engine = makeEngine(surroundings) else { return .failed }
            let destination = try OutputFile.open(output, standard: surroundings.output)
            if options.diarize, !engine.capabilities.speakers {
                surroundings.diagnostics.writeLine(
                    "harken transcribe: the engine \(engine.name) does not tell speakers apart; the words come without them")
            }
            var status = ExitStatus.done
            for file in files {
                guard let transcript = await transcribe(file, engine, surroundings) else {
                    if Task.isCancelled { return .interrupted }
                    status = .failed
                    continue
                }
                // As `head` and `tail` do.
                if format == .text, files.count > 1 { try destination.write("==> \(TerminalText.safe(file)) <==\n") }
                try destination.write(FileTranscript(file: file, transcript: transcript).rendered(as: format))
            }
            return status
        } catch {
            surroundings.complain(Self.description, "\(error)")
            return .failed
        }
    }

    /// nil when it failed; the user has been told why.
    private func transcribe(_ file: String, _ engine: any PrerecordedEngine, _ surroundings: Surroundings) async -> Transcript? {
        let progress = ProgressLine(on: surroundings.diagnostics)
        let started = ContinuousClock.now
        defer { progress.clear() }
        if let fault = FileIdentity.fault(path: file) {
            surroundings.complain(Self.description, "\(file): \(fault)")
            return nil
        }
        let name = file.split(separator: "/").last.map(String.init) ?? file
        progress.show(vendor.map { "\(name)  with \($0.name)" } ?? "\(name)  loading the models")
        do throws(EngineError) {
            return try await engine.recognize(Recording(path: file), options: options) { step in
                guard case .reached(let through, let length, let rate) = step else { return }
                progress.show(
                    ProgressLine.text(
                        file: name, done: through.seconds(at: rate), of: length?.seconds(at: rate),
                        elapsed: (ContinuousClock.now - started) / .seconds(1)))
            }
        } catch {
            progress.clear()
            if error != .cancelled { surroundings.complain(Self.description, "\(file): \(error.explanation)") }
            return nil
        }
    }
}
