import Framing
import Glibc
import Speech
import Synchronization

struct Import: Command {
    static let description = CommandDescription(
        name: "import", summary: "Import recordings as conversations, or archives that harken export made.",
        discussion: """
            A recording becomes a conversation of a running gateway, with the file's name (or --title) as its title, its date, speakers and audio. Of a FOLDER, \
            all recordings in it are imported, in order. A file that was imported before is not imported twice, unless its conversation was deleted. \
            The gateway goes on with the recordings that it has when the command is ended. The exit status is 1 if a recording failed; the others \
            are imported anyway.
            Of an archive, people, voices, conversations, audio and settings keep their ids, names, times and corrections. Objects that are there \
            already stay as they are, so a file that was imported in part is given again. With --json: one object for each file, in order. The \
            command fails if something in an archive is left out. Imported audio that is older than the gateway keeps audio is deleted within the \
            hour.
            """,
        operands: .init(placeholder: "FILE|FOLDER…", help: "Recordings, folders with recordings, or archives.", count: 1...10_000),
        options: DataPlace.options + RecordingChoices.options, examples: ["harken import recordings", "harken import --title Rehearsal talk.wav"])

    /// Maximum number of recordings that the gateway has from this command at a time.
    private static let maxOpen = 4

    private let place: DataPlace
    private let operands: [String]
    private let json: Bool
    private let choices: RecordingChoices
    private let arguments: Arguments

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        operands = arguments.operands
        json = arguments.has(.json)
        choices = try RecordingChoices(arguments)
        self.arguments = arguments
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            // All files are checked before anything is imported.
            let files = ImportSource.files(of: operands)
            if let note = files.note { context.note(note) }
            guard !files.chosen.isEmpty else { throw ArchiveError("there are no recordings in \(operands.joined(separator: ", "))") }
            let sources = try files.chosen.map { try ImportSource($0) }
            let recordings = sources.filter { $0.content == .recording }, archives = sources.filter { $0.content == .archive }
            if let option = choices.single.first, recordings.count != 1 { throw ArchiveError("\(option) takes one recording; give one FILE") }
            let gateway = try recordings.isEmpty ? nil : place.gateway(arguments)
            try await add(archives, context)
            guard let gateway else { return }
            try await add(recordings, to: RecordingImporter(api: GatewayAPI(gateway), choices: choices), context)
        }
    }

    // MARK: Archives

    private func add(_ sources: [ImportSource], _ context: CommandContext) async throws {
        guard !sources.isEmpty else { return }
        let archives = try place.createdArchives()
        var leftOut = 0
        for source in sources { leftOut += try await add(source, archives, context) }
        guard leftOut == 0 else { throw ArchiveError("\(leftOut) objects are left out; everything else is imported") }
    }

    /// - Returns: the number of objects that are left out.
    private func add(_ source: ImportSource, _ archives: any UserArchives, _ context: CommandContext) async throws -> Int {
        let progress = ProgressLine(in: context)
        defer { progress.clear() }
        let report = try await archives.importArchive(source.path, read: Self.counter(source, progress))
        progress.clear()
        let summary = try ImportSummary(report)
        if json {
            context.output.writeLine(String(decoding: report, as: UTF8.self))
        } else {
            context.output.write(summary.text(of: source.path))
        }
        return summary.rejectedCount
    }

    /// Returns a function that counts the bytes of a file, and shows how many there are by then.
    private static func counter(_ source: ImportSource, _ progress: ProgressLine) -> @Sendable (Int) -> Void {
        let path = source.path, byteCount = source.byteCount, count = ByteCount()
        return { bytes in
            let all = count.add(bytes)
            progress.show(ProgressLine.text(path, bytes: all, of: byteCount))
        }
    }

    // MARK: Recordings

    private func add(_ sources: [ImportSource], to importer: RecordingImporter, _ context: CommandContext) async throws {
        var count = 0
        var open: [(source: ImportSource, job: Result<RecordingImporter.Job, GatewayError>)] = [], failed: [String] = []
        func finishFirst() async {
            let (source, job) = open.removeFirst()
            let isImported = await finish(source, job, importer, context)
            if isImported { count += 1 } else if !Task.isCancelled { failed.append(source.path) }
        }
        for source in sources {
            if open.count == Self.maxOpen { await finishFirst() }
            guard !Task.isCancelled else { break }
            open.append((source, await send(source, importer, context)))
        }
        while !open.isEmpty { await finishFirst() }
        let names = failed.map(TerminalText.safe).joined(separator: ", ")
        if Task.isCancelled, count < sources.count {
            let others = failed.isEmpty ? "" : "; \(failed.count) failed: \(names)"
            throw ArchiveError(
                "interrupted: \(count) of \(sources.count) recordings are imported\(others); "
                    + "the same command goes on, and imports none of them twice")
        }
        guard sources.count > 1 || !failed.isEmpty else { return }
        if failed.isEmpty { return context.note("\(sources.count) recordings are imported") }
        throw ArchiveError("\(failed.count) of \(sources.count) recordings are not imported: \(names)")
    }

    private func send(
        _ source: ImportSource, _ importer: RecordingImporter, _ context: CommandContext
    ) async -> Result<RecordingImporter.Job, GatewayError> {
        let progress = ProgressLine(in: context)
        defer { progress.clear() }
        do throws(GatewayError) {
            return .success(
                try await importer.send(
                    source.path, name: source.name, modified: source.modified, sent: Self.counter(source, progress)))
        } catch {
            return .failure(error)
        }
    }

    /// Waits for the end of a recording's job, and prints it.
    ///
    /// - Returns: false when the recording is not imported.
    private func finish(
        _ source: ImportSource, _ begun: Result<RecordingImporter.Job, GatewayError>, _ importer: RecordingImporter, _ context: CommandContext
    ) async -> Bool {
        let progress = ProgressLine(in: context), start = Instant.now
        defer { progress.clear() }
        let path = TerminalText.safe(source.path)
        do throws(GatewayError) {
            let job = try await importer.end(of: try begun.get()) { job in
                progress.show(
                    ProgressLine.text(file: source.path, done: job.heard ?? 0, of: job.length, elapsed: (Instant.now - start) / .seconds(1)))
            }
            progress.clear()
            if json { context.output.writeLine(Self.line(source, job)) }
            guard !job.hasFailed else {
                context.printError(Self.description, "\(path): \(TerminalText.safe(job.error ?? "the gateway does not say why it failed"))")
                return false
            }
            if !json { context.output.writeLine("\(path): \(Self.words(job))") }
            for warning in job.warnings { context.note("\(path): \(TerminalText.safe(warning))") }
            return true
        } catch {
            progress.clear()
            if Task.isCancelled {
                context.note("\(path): \(error)")
            } else {
                context.printError(Self.description, "\(path): \(error)")
            }
            return false
        }
    }

    private static func words(_ job: RecordingImporter.Job) -> String {
        guard let conversation = job.conversation else { return "nothing was said" }
        return job.wasThere ? "is conversation \(conversation) already" : "conversation \(conversation)"
    }

    private static func line(_ source: ImportSource, _ job: RecordingImporter.Job) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.member("file", source.path)
        json.member("status", job.state)
        json.member("conversation_id", optional: job.conversation)
        json.member("was_there", job.wasThere)
        json.member("error", optional: job.error)
        if !job.warnings.isEmpty {
            json.key("warnings")
            json.array(job.warnings)
        }
        json.endObject()
        return json.text
    }
}

/// A number of bytes that several threads add to.
private final class ByteCount: Sendable {
    private let all = Mutex(0)

    /// - Returns: the number of all bytes by now.
    func add(_ bytes: Int) -> Int {
        all.withLock { all in
            all += bytes
            return all
        }
    }
}
