import Audio
import Glibc
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
        "--speakers", "Tells speakers apart: the engine does, or the voice model of this machine, which names speakers whose voices are known.")
    private static let language = Option(language: "The spoken language, or auto. Default: the engine finds it, or has one of its own.")
    private static let track = Option(
        "--track", "N|all", accepts: "all, or the number of a sound track from 1",
        "The sound track to hear: a number from 1, or all to hear each as a speaker of its own. Default: the file's default track, or the next one "
            + "with sound if that one is silent."
    ) { text in TrackChoice(text) }
    private static let channels = Flag(
        "--channels",
        "Hears each channel of a recording by itself, as a speaker of its own: Channel 1, Channel 2. Default: the channels are mixed, and a note says so if "
            + "they differ.")
    private static let timestamps = Flag("--timestamps", "Begins each line of text with its time, such as [1:05]. For --format text.")
    private static let output = Option(
        "--output", short: "-o", "FILE|DIR", "The file to write, or a folder for one file of each FILE. Default: standard output.")
    private static let resume = Flag(
        "--resume", "Goes on where the same command was ended: with the words that are in FILE.partial, and without the files that are complete.")
    private static let keep = Flag(
        "--keep",
        "Also makes a conversation of each FILE, as harken import does. Needs a running gateway: the one on this machine, or that of --url.")

    static let description = CommandDescription(
        name: "transcribe", summary: "Transcribe audio or video files: on this machine and offline, unless --engine names another engine.",
        discussion: """
            Reads every format that libav reads. FILE may be - for standard input, a pipe, or a URL with http or https. With -o DIR each FILE gets a \
            file of its own, such as DIR/talk.srt. On a terminal the words are shown as they come. Text has a line for each paragraph: one ends where \
            the speaker changes, at a long pause, and after five sentences. With --json (or --format json) each line is the \
            object of one file, in order; times are in seconds.
            A file gets its name when it is complete. Until then its words are in FILE.partial, and --resume goes on there.
            With --keep, a running gateway gets each FILE too, hears it by itself, and keeps it as a conversation with its audio. A file that it has \
            already stays one conversation. --title gives the conversation of one FILE another title than the file's name.
            The exit status is 1 if any of the files failed; the others are written anyway.
            """,
        operands: .init(placeholder: "FILE…", help: "The audio or video files to transcribe, - for standard input, or URLs.", count: 1...10_000),
        options: [engine, format, Flag.json, timestamps, speakers, language, track, channels, output, resume, keep, RecordingChoices.title]
            + GatewayAddress.options,
        examples: ["harken transcribe talk.mp3", "harken transcribe --speakers --format srt -o talk.srt talk.mp4"])

    private let files: [String]
    private let form: TranscriptForm
    private let options: RecognitionOptions
    private let destination: TranscriptDestination
    private let engine: RecordingEngine
    private let request: TranscriptNotes.Request
    private let resumes: Bool
    /// The gateway that keeps the recordings; nil: none does.
    private let keeper: GatewayAddress?
    /// Title of the conversation that the gateway keeps; nil: the file's name.
    private let title: String?
    private let arguments: Arguments

    init(_ arguments: Arguments) throws(UsageError) {
        files = arguments.operands
        let format = try arguments.value(Self.format) ?? .text
        if arguments.has(.json), arguments.text(Self.format) != nil, format != .json {
            throw UsageError("--json and --format \(format.rawValue) contradict each other; give one of them")
        }
        var form = TranscriptForm(format: arguments.has(.json) ? .json : format)
        form.hasTimes = arguments.has(Self.timestamps)
        if form.hasTimes, form.format != .text { throw UsageError("--timestamps is for --format text; \(form.format.rawValue) has times without it") }
        if arguments.has(Self.channels) { form.channelName = "Channel" }
        self.form = form
        destination = TranscriptDestination(try arguments.value(Self.output), needsFolder: files.count > 1 && form.format.needsOwnFile)
        try destination.check(files, form.format)
        engine = try RecordingEngine(try arguments.value(Self.engine) ?? .local, environment: arguments.environment)
        var options = RecognitionOptions(language: try arguments.language(Self.language)?.ofRecording, diarize: arguments.has(Self.speakers))
        options.tracks = try arguments.value(Self.track) ?? .usual
        if options.tracks == .all, arguments.has(Self.channels) {
            throw UsageError("--channels and --track all contradict each other, because each track is a channel then; give one of them")
        }
        options.separateChannels = options.tracks == .all || arguments.has(Self.channels)
        self.options = options
        resumes = arguments.has(Self.resume)
        if resumes, case .together(nil) = destination { throw UsageError("--resume goes on with the file of --output; give -o FILE") }
        request = TranscriptNotes.Request(
            engine: engine.name.rawValue, format: form.format.rawValue,
            options: arguments.options(
                except: Set([
                    Self.engine.name, Self.format.name, Flag.json.name, Self.output.name, Self.resume.name, Self.keep.name,
                    RecordingChoices.title.name,
                ])
                .union(GatewayAddress.options.map(\.name))))
        keeper = try arguments.has(Self.keep) ? GatewayAddress(arguments) : nil
        title = try arguments.value(RecordingChoices.title)
        if title != nil, keeper == nil { throw UsageError("--title is the title of a conversation; give --keep too") }
        if title != nil, files.count > 1 { throw UsageError("--title takes one FILE") }
        self.arguments = arguments
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        do throws(OutputFileError) {
            guard let engine = engine.make(for: Self.description, context) else { return .failed }
            // A vendor may have no speakers to tell. Then the voices are those that this machine hears.
            let diarizer = options.diarize && !self.engine.isLocal ? self.engine.local(for: Self.description, context, keepAlive: .seconds(60)) : nil
            let isHeardHere = options.diarize && (self.engine.isLocal || diarizer != nil && !engine.capabilities.speakers)
            let known = isHeardHere ? await KnownSpeakers.open(arguments, context) : nil
            let output = try TranscriptRun(
                destination, files, as: form, request, hasSpeakers: options.diarize, resumes: resumes, context)
            // Words come as they are recognized, unless the whole transcript changes them: speakers are known, and channels joined, at the end only.
            let isWhole = options.diarize || options.separateChannels
            let showsWords = if case .together(nil) = destination { form.format == .text && !isWhole && context.output.isTerminal } else { false }
            do throws(OutputFileError) {
                let status = try await transcribeAll(engine, diarizer, known, output, context, showsWords: showsWords)
                try output.end(status)
                return status
            } catch {
                output.keep()
                throw error
            }
        } catch {
            context.printError(Self.description, "\(error)")
            return Task.isCancelled ? .interrupted : .failed
        }
    }

    /// Transcribes all files, and writes each transcript.
    private func transcribeAll(
        _ engine: any PrerecordedEngine, _ diarizer: LocalEngine?, _ known: KnownSpeakers?, _ output: TranscriptRun, _ context: CommandContext,
        showsWords: Bool
    ) async throws(OutputFileError) -> ExitStatus {
        var status = ExitStatus.done
        for file in files {
            switch try output.standing(of: file) {
            case .open: break
            case .finished:
                context.detail("\(TerminalText.safe(file)): is complete")
                continue
            case .failed:
                context.printError(Self.description, "\(TerminalText.safe(file)): failed before --resume; leave --resume out to try it again")
                status = .failed
                continue
            }
            let words = showsWords ? WordPrinter(on: context.output, heading: files.count > 1 ? file : nil, hasTimes: form.hasTimes) : nil
            guard let transcript = try await transcribe(file, engine, diarizer, known, words, output, context) else {
                if Task.isCancelled { return .interrupted }
                status = .failed
                output.fail(file)
                continue
            }
            if words?.end() != true { try output.write(transcript) }
        }
        return status
    }

    /// Transcribes a file; nil when that failed, after a message to the user.
    private func transcribe(
        _ file: String, _ engine: any PrerecordedEngine, _ diarizer: LocalEngine?, _ known: KnownSpeakers?, _ words: WordPrinter?,
        _ output: TranscriptRun, _ context: CommandContext
    ) async throws(OutputFileError) -> FileTranscript? {
        let progress = ProgressLine(in: context)
        let started = Instant.now
        defer { progress.clear() }
        let name = file == "-" ? "standard input" : file.split(separator: "/").last.map(String.init) ?? file
        if file == "-" || InputFile.isURL(file) { progress.show("\(name)  reading") }
        let input: InputFile
        do throws(InputFileError) { input = try await InputFile.open(file) } catch {
            progress.clear()
            if !Task.isCancelled { context.printError(Self.description, "\(error)") }
            return nil
        }
        var recording = Recording(path: input.path)
        recording.tracks = options.tracks
        if let keeper { guard await keep(input, name, at: keeper, progress, context) else { return nil } }
        tellOfMix(recording, name, progress, context)
        let recorder = try output.begin(file, path: input.path, progress: progress), part = recorder?.part ?? RecognizedPart()
        progress.show(self.engine.isLocal ? "\(name)  loading the models" : "\(name)  with \(engine.name)")
        do throws(EngineError) {
            let told: @Sendable (RecognitionProgress) -> Void = { step in
                recorder?.note(step)
                switch step {
                case .segment(.first, let said, let rate):
                    guard let words else { return }
                    progress.clear()
                    words.show(said, at: rate)
                case .reached(let through, let length, let rate) where words?.hasBegun != true:
                    progress.show(
                        ProgressLine.text(
                            file: name, done: through.seconds(at: rate), of: length?.seconds(at: rate),
                            elapsed: (Instant.now - started) / .seconds(1)))
                case .reached, .segment, .askedAgain, .answerLost: break
                }
            }
            var spoken: SpokenTranscript
            if options.diarize, let local = engine as? LocalEngine {
                spoken = try await local.recognizeSpeakers(recording, options: options, progress: told)
            } else {
                let sound = try played(recording)
                spoken = SpokenTranscript(
                    transcript: try await part.completed(by: engine, sound?.recording ?? recording, options, progress: told), voices: [])
                if let sound { spoken.transcript.notices = sound.notices }
                if let diarizer, spoken.transcript.lacksSpeakers {
                    do throws(EngineError) {
                        spoken = try await diarizer.diarized(spoken.transcript, in: recording, options: options) ?? spoken
                    } catch {
                        // The words are kept even when their speakers cannot be told.
                        if error == .cancelled { throw error }
                    }
                }
            }
            spoken.transcript.noteUntoldSpeakers(of: options)
            let transcript = FileTranscript(
                file: file, transcript: spoken.transcript, people: spoken.voices.map { known?.names(of: $0) ?? [:] },
                channelName: form.channelName)
            progress.clear()
            report(transcript.transcript, of: name, elapsed: Instant.now - started, context)
            return transcript
        } catch {
            progress.clear()
            if error != .cancelled { context.printError(Self.description, "\(file == "-" ? name : file): \(error.advice(on: engine.name))") }
            return nil
        }
    }

    /// Says that channels with different sound are mixed, where nobody has asked for that.
    private func tellOfMix(_ recording: Recording, _ name: String, _ progress: ProgressLine, _ context: CommandContext) {
        guard !options.separateChannels, let count = ChannelDifference.channelCount(of: recording) else { return }
        progress.clear()
        context.note("harken transcribe: \(name): \(count) channels, mixed to one; --channels hears each by itself")
    }

    /// Sends the recording to the gateway, which makes a conversation of it.
    ///
    /// - Returns: false when the gateway does not have it, after a message to the user.
    private func keep(
        _ input: borrowing InputFile, _ name: String, at address: GatewayAddress, _ progress: ProgressLine, _ context: CommandContext
    ) async -> Bool {
        do throws(GatewayError) {
            var fields: [(name: String, value: String)] = []
            if let language = options.language { fields.append(("language", language.rawValue)) }
            if let track = options.tracks.text { fields.append(("track", track)) }
            if arguments.has(Self.channels) { fields.append(("channels", "true")) }
            if let title { fields.append((RecordingChoices.titleField, title)) }
            progress.show("\(name)  to \(address.url)")
            let importer = RecordingImporter(api: try GatewayAPI(address), choices: RecordingChoices(fields))
            let job = try await importer.send(input.path, name: name, modified: input.modified)
            progress.clear()
            if let conversation = job.conversation {
                context.note(
                    "\(name): is conversation \(conversation) already" + (title == nil ? "" : "; it keeps its title: see harken conversations rename")
                )
            } else {
                context.note("\(name): \(address.url) has it, and makes a conversation of it")
            }
            return true
        } catch {
            progress.clear()
            context.printError(Self.description, "\(name): is not kept: \(error)")
            return false
        }
    }

    /// Returns the recording as a vendor gets it; nil for the local engine, which decodes the file itself.
    private func played(_ recording: Recording) throws(EngineError) -> PlayedFile? {
        guard !engine.isLocal else { return nil }
        do throws(MediaError) { return try PlayedFile(recording, separate: options.separateChannels) } catch { throw EngineError(error) }
    }

    /// Tells the speed, and what else there is to know about the file: other sound tracks, holes, a cut.
    private func report(_ transcript: Transcript, of name: String, elapsed: Duration, _ context: CommandContext) {
        let length = transcript.length.duration(at: transcript.rate), seconds = length / .seconds(1), time = elapsed / .seconds(1)
        context.detail(
            "\(name): \(TimeText.precise(seconds)) of audio in \(TimeText.precise(time)), \(Int((seconds / max(time, 0.001)).rounded()))× real time")
        for notice in transcript.notices { context.note("harken transcribe: \(name): \(notice.text(by: .option))") }
    }
}
