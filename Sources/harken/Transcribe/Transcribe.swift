import LocalEngine
import Speech

struct Transcribe: Command {
    private static let engine = Option(
        "--engine", "NAME", standard: "local", accepts: RecordingEngine.names.map(\.rawValue).joined(separator: ", "),
        words: RecordingEngine.names.map(\.rawValue),
        "The engine. A vendor needs its key in the environment, such as DEEPGRAM_API_KEY, and is sent the recording."
    ) { text in RecordingEngine.names.first { $0 == EngineName(text) } }
    private static let format = Option("--format", "FORMAT", standard: TranscriptFormat.text, "The format of the output: text, json, srt or vtt.")
    private static let speakers = Flag(
        "--speakers", "Tells speakers apart, if the engine can. The local engine names speakers whose voices are known.")
    private static let language = Option(
        "--language", "TAG", accepts: "a language tag such as en or en-GB", "The spoken language. Default: the engine's."
    ) { text in
        text.count >= 2 && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") } ? LanguageTag(text) : nil
    }
    private static let output = Option("--output", short: "-o", "FILE", "The file to write. Default: standard output.")

    static let description = CommandDescription(
        name: "transcribe", summary: "Transcribe audio or video files: on this machine and offline, unless --engine names another engine.",
        discussion: """
            Reads every format that libav reads. With --json (or --format json) each line is the object of one file, in order; times are in seconds.
            The exit status is 1 if any of the files failed; the others are written anyway.
            """,
        operands: .init(placeholder: "FILE…", help: "The audio or video files to transcribe.", count: 1...10_000),
        options: [engine, format, Flag.json, speakers, language, output])

    private let files: [String]
    private let format: TranscriptFormat
    private let options: RecognitionOptions
    private let output: String?
    private let engine: RecordingEngine
    private let arguments: Arguments

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
        engine = try RecordingEngine(try arguments.value(Self.engine) ?? .local, environment: arguments.environment)
        options = RecognitionOptions(language: try arguments.value(Self.language), diarize: arguments.has(Self.speakers))
        self.arguments = arguments
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        do throws(OutputFileError) {
            guard let engine = engine.make(for: Self.description, context) else { return .failed }
            let destination = try OutputFile.open(output, standard: context.output)
            if options.diarize, !engine.capabilities.speakers {
                context.note(
                    "harken transcribe: the engine \(engine.name) does not tell speakers apart; the words have no speakers")
            }
            let known = options.diarize && self.engine.isLocal ? await KnownSpeakers.open(arguments, context) : nil
            var status = ExitStatus.done
            for file in files {
                guard let transcript = await transcribe(file, engine, known, context) else {
                    if Task.isCancelled { return .interrupted }
                    status = .failed
                    continue
                }
                // The heading has the form that `head` and `tail` use.
                if format == .text, files.count > 1 { try destination.write("==> \(TerminalText.safe(file)) <==\n") }
                try destination.write(transcript.rendered(as: format))
            }
            return status
        } catch {
            context.printError(Self.description, "\(error)")
            return .failed
        }
    }

    /// Transcribes a file; nil when that failed, after a message to the user.
    private func transcribe(
        _ file: String, _ engine: any PrerecordedEngine, _ known: KnownSpeakers?, _ context: CommandContext
    ) async -> FileTranscript? {
        let progress = ProgressLine(in: context)
        let started = Instant.now
        defer { progress.clear() }
        if let problem = FileIdentity.problem(path: file) {
            context.printError(Self.description, "\(file): \(problem)")
            return nil
        }
        let name = file.split(separator: "/").last.map(String.init) ?? file
        progress.show(self.engine.isLocal ? "\(name)  loading the models" : "\(name)  with \(engine.name)")
        do throws(EngineError) {
            let told: @Sendable (RecognitionProgress) -> Void = { step in
                guard case .reached(let through, let length, let rate) = step else { return }
                progress.show(
                    ProgressLine.text(
                        file: name, done: through.seconds(at: rate), of: length?.seconds(at: rate),
                        elapsed: (Instant.now - started) / .seconds(1)))
            }
            guard options.diarize, let local = engine as? LocalEngine else {
                return FileTranscript(file: file, transcript: try await engine.recognize(Recording(path: file), options: options, progress: told))
            }
            let spoken = try await local.recognizeSpeakers(Recording(path: file), options: options, progress: told)
            return FileTranscript(
                file: file, transcript: spoken.transcript, people: spoken.voices.map { known?.names(of: $0) ?? [:] })
        } catch {
            progress.clear()
            if error != .cancelled { context.printError(Self.description, "\(file): \(error.explanation)") }
            return nil
        }
    }
}
