import Glibc
import Speech

/// The output of one run of `transcribe`, which another run can go on with.
///
/// The transcripts of a run go into one file, or each into a file of its own in a folder. Until a file is complete, its words and what `--resume`
/// needs are in its `PartialFile`.
final class TranscriptRun {
    /// The state of a recording before the run reads it.
    enum Standing { case open, finished, failed }

    /// A file that is not complete.
    private struct Draft {
        var output: OutputFile
        var partial: PartialFile
        var notes: NoteWriter
        /// Notes of an earlier run; empty where this run begins anew.
        var earlier = TranscriptNotes()
        /// True if the notes of an earlier run stay, and this run's come behind them.
        var isResumed = false
        /// The recording at work, and what takes its words.
        var input: TranscriptNotes.Input?
        var recorder: PartRecorder?
        /// True once all transcripts of the file are written, so that it may get its name.
        var isComplete = false
    }

    private let destination: TranscriptDestination
    private let files: [String]
    private let form: TranscriptForm
    private let request: TranscriptNotes.Request
    /// True if the speakers of a recording are told apart, which takes the whole recording.
    private let hasSpeakers: Bool
    private let resumes: Bool
    private let context: CommandContext
    private let notice: FailureNotice
    /// The output that shows everything at once; nil: there are files.
    private var stream: OutputFile?
    /// The file for all transcripts, or the one of the recording at work.
    private var draft: Draft?
    /// The recordings whose transcripts an earlier run has put into the folder.
    private var present: [String: TranscriptNotes.Finished] = [:]
    private var finished: [TranscriptNotes.Finished] = []
    /// The notes of the last transcript that this run has put into the folder. They name every complete recording, and stay until all of them are.
    private var ledger: NoteFile?

    /// Opens the destination before any work is done.
    ///
    /// - Parameter request: what decides about the words and their form; an earlier run with another one is not gone on with.
    init(
        _ destination: TranscriptDestination, _ files: [String], as form: TranscriptForm, _ request: TranscriptNotes.Request, hasSpeakers: Bool,
        resumes: Bool, _ context: CommandContext
    ) throws(OutputFileError) {
        self.destination = destination
        self.files = files
        self.form = form
        self.request = request
        self.hasSpeakers = hasSpeakers
        self.resumes = resumes
        self.context = context
        notice = FailureNotice(in: context)
        switch destination {
        case .together(let path):
            try open(path)
            for finished in draft?.earlier.finished ?? [] { if let text = finished.text { try draft?.partial.append(text) } }
        case .folder(let folder):
            guard mkdir(folder, 0o777) == 0 || errno == EEXIST else { throw OutputFileError("make the folder", folder) }
            guard resumes else { return }
            for file in files {
                let path = NoteFile.sidePath(of: TranscriptDestination.path(of: file, in: folder, form.format))
                let found = TranscriptNotes(NoteFile.lines(of: path))
                if let former = found.request, former != request { throw refusal(path, madeWith: former) }
                for finished in found.finished { present[finished.name] = finished }
            }
        }
    }

    private var isFolder: Bool {
        switch destination {
        case .together: false
        case .folder: true
        }
    }

    private func open(_ path: String?) throws(OutputFileError) {
        if resumes, let path, OutputPlace.isStream(path) {
            throw OutputFileError("--resume cannot go on with \(path): it is a pipe or a device; name a file, or leave --resume out")
        }
        let output = try OutputFile.open(path, standard: context.output)
        guard let partial = output.partial else {
            stream = output
            return
        }
        var draft = Draft(output: output, partial: partial, notes: NoteWriter(partial.notes))
        let found = TranscriptNotes(partial.notes.found)
        if resumes, let former = found.request, former != request { throw refusal(partial.path, madeWith: former) }
        // A run that was killed before the first word has left its options only, with which nothing can be gone on.
        let isRest = found.request != nil && !(found.isEmpty && partial.isEmpty)
        if resumes, isRest {
            try partial.notes.takeOver()
            partial.keep()
            draft.earlier = found
            draft.isResumed = true
        } else {
            // Notes about complete transcripts only have no words that are lost.
            if isRest, !isFolder || found.current != nil {
                context.note("harken transcribe: \(partial.path) is written over; with --resume the command would go on there")
            }
            draft.notes.prepare(TranscriptNotes.line(request))
            for finished in finished { draft.notes.prepare(TranscriptNotes.line(finished)) }
            // A kill leaves the options. What can be gone on with stays until there are words, as do notes that nobody can read.
            if partial.notes.found.isEmpty || (found.request != nil && !isRest) { notice.take(draft.notes.commit()) }
        }
        self.draft = draft
    }

    private func refusal(_ path: String, madeWith former: TranscriptNotes.Request) -> OutputFileError {
        let given = ["--engine \(former.engine)", "--format \(former.format)"] + former.options
        return refusal(path, "was made with \(given.joined(separator: " "))")
    }

    private func refusal(_ path: String, _ reason: String) -> OutputFileError {
        OutputFileError("--resume cannot go on with \(path): it \(reason); leave --resume out to begin anew")
    }

    /// Returns the state of the next recording, which an earlier run may have finished.
    func standing(of file: String) throws(OutputFileError) -> Standing {
        switch destination {
        case .together:
            guard let draft, finished.count < draft.earlier.finished.count else { return .open }
            let found = draft.earlier.finished[finished.count]
            guard found.name == file else { throw refusal(draft.partial.path, "has \(found.name) where the command has \(file)") }
            if let input = found.input, try isOther(file, input) { throw refusal(draft.partial.path, "was made from another \(file)") }
            finished.append(found)
            return found.hasFailed ? .failed : .finished
        case .folder(let folder):
            guard let found = present[file], let input = found.input,
                access(TranscriptDestination.path(of: file, in: folder, form.format), F_OK) == 0, try !isOther(file, input)
            else { return .open }
            finished.append(found)
            return .finished
        }
    }

    /// Returns true if a file is not the one that was read. What can be read once only is taken for the same.
    private func isOther(_ file: String, _ input: TranscriptNotes.Input) throws(OutputFileError) -> Bool {
        guard file != "-", !InputFile.isURL(file), FileIdentity.problem(path: file, again: true) == nil else { return false }
        return try Self.input(file, path: file) != input
    }

    private static func input(_ name: String, path: String) throws(OutputFileError) -> TranscriptNotes.Input {
        var information = stat()
        guard stat(path, &information) == 0 else { throw OutputFileError("read", name) }
        do throws(FileTreeError) {
            return TranscriptNotes.Input(name: name, byteCount: Int(information.st_size), digest: try FileDigest.sha256(path))
        } catch {
            throw OutputFileError(error.description)
        }
    }

    /// Begins with a recording.
    ///
    /// - Parameters:
    ///   - path: path of the file with its content.
    ///   - progress: the line on the terminal that makes way for a message.
    /// - Returns: what takes the progress; nil where the output shows everything at once.
    func begin(_ file: String, path: String, progress: ProgressLine? = nil) throws(OutputFileError) -> PartRecorder? {
        if case .folder(let folder) = destination { try open(TranscriptDestination.path(of: file, in: folder, form.format)) }
        guard var draft else { return nil }
        let input = try Self.input(file, path: path)
        var part = RecognizedPart()
        if let found = draft.earlier.current {
            guard found == input else { throw refusal(draft.partial.path, "was made from another recording than \(file)") }
            if !hasSpeakers { part = draft.earlier.part.beforeSeam }
        }
        // The notes are for one recording: the next one is new.
        draft.earlier = TranscriptNotes()
        // One note: the first line alone would say that nothing of the recording is recognized.
        var note = TranscriptNotes.line(input)
        if !part.stretches.isEmpty { note += "\n" + TranscriptNotes.line(part.stretches, through: part.through, of: part.length) }
        draft.notes.prepare(note)
        let recorder = PartRecorder(
            into: draft.partial, draft.notes, file: file, heading: heading(file), as: form, after: part,
            failed: { [notice] in notice.take($0, clearing: progress) })
        draft.input = input
        draft.recorder = recorder
        self.draft = draft
        return recorder
    }

    /// Writes the transcript of a recording. One that cannot be written goes to standard output where no part of it is in the notes: an engine that tells
    /// no words on the way would have to hear the recording again.
    func write(_ transcript: FileTranscript) throws(OutputFileError) {
        let text = heading(transcript.file) + transcript.rendered(as: form)
        guard let draft else {
            try stream?.write(text)
            return
        }
        do throws(OutputFileError) { try draft.output.write(text) } catch {
            if draft.recorder?.part.stretches.isEmpty != false {
                context.note("harken transcribe: \(draft.partial.path) cannot be written: the transcript follows on standard output")
                context.output.write(text)
            }
            throw error
        }
        let done = TranscriptNotes.Finished(name: transcript.file, input: draft.input, text: isFolder ? nil : text)
        if isFolder {
            self.draft?.isComplete = true
            try draft.output.finish(keepsNotes: true)
            finished.append(done)
            note(done, in: draft)
            context.note(TerminalText.safe(draft.partial.target))
            self.draft = nil
        } else {
            finished.append(done)
            notice.take(draft.notes.write(TranscriptNotes.line(done)))
            self.draft?.recorder = nil
        }
    }

    /// Notes that a transcript is in the folder, so that no run makes it again, however this one ends. Called once the transcript has its name: an older
    /// file of that name must not pass for it.
    private func note(_ done: TranscriptNotes.Finished, in draft: Draft) {
        // The notes of an earlier run lack what this one has finished since.
        let news = draft.isResumed ? finished : [done]
        if let error = draft.notes.write(news.map { TranscriptNotes.line($0) }.joined(separator: "\n")) {
            notice.take(error)
            draft.partial.notes.delete()
        } else {
            ledger?.delete()
            ledger = draft.partial.notes
        }
    }

    /// Deletes the notes about a folder that has all transcripts, those of earlier runs too.
    private func deleteNotes(in folder: String) {
        ledger?.delete()
        ledger = nil
        for file in files where present[file] != nil {
            let path = TranscriptDestination.path(of: file, in: folder, form.format), notes = NoteFile.sidePath(of: path)
            // Notes that another command holds are its own.
            if access(notes, F_OK) == 0 { try? NoteFile(notes, of: path).delete() }
        }
    }

    /// Returns the line above a transcript where one file has several. It has the form that `head` and `tail` use.
    private func heading(_ file: String) -> String {
        !isFolder && form.format == .text && files.count > 1 ? "==> \(TerminalText.safe(file)) <==\n" : ""
    }

    /// Notes that a recording could not be transcribed.
    func fail(_ file: String) {
        if isFolder || files.count == 1 { return keep(isInterrupted: false) }
        let failed = TranscriptNotes.Finished(name: file, input: draft?.input, hasFailed: true)
        finished.append(failed)
        draft?.notes.prepare(TranscriptNotes.line(failed))
        draft?.recorder = nil
    }

    /// Gives the file for all transcripts its name, if there is a transcript and nothing has interrupted the run. Notes about a folder stay unless it has
    /// all transcripts.
    func end(_ status: ExitStatus) throws(OutputFileError) {
        if case .folder(let folder) = destination, status == .done { return deleteNotes(in: folder) }
        if !isFolder, status != .interrupted, finished.contains(where: { !$0.hasFailed }) {
            draft?.isComplete = true
            try draft?.output.finish()
            draft = nil
        } else {
            if status == .interrupted { tellOfNothing() }
            keep()
        }
    }

    /// Says that nothing is kept of a recording whose speakers are told apart, where there is nothing else to keep.
    private func tellOfNothing() {
        guard hasSpeakers, finished.isEmpty, let draft, let input = draft.input, draft.recorder?.part.stretches.isEmpty == true else { return }
        context.note(
            "harken transcribe: nothing of \(TerminalText.safe(input.name)) is kept, because speakers are told apart in the whole recording")
    }

    /// Keeps what is not complete, if it is worth anything, and says how far it goes on the disk.
    ///
    /// - Parameter isInterrupted: false: other recordings of the run follow.
    func keep(isInterrupted: Bool = true) {
        guard let draft else {
            if isInterrupted, ledger != nil { tellOfComplete() }
            return
        }
        self.draft = nil
        if draft.isComplete { return keepUnnamed(draft) }
        let part = draft.recorder?.part ?? RecognizedPart(), count = finished.filter { !$0.hasFailed }.count
        guard !part.stretches.isEmpty || (isInterrupted && count > 0) else { return }
        draft.recorder?.flush()
        let hasAllNotes = draft.notes.commit() == nil, kept = draft.recorder?.kept ?? (shown: .zero, noted: .zero)
        guard kept.shown > .zero || kept.noted > .zero || count > 0 else {
            return context.note("harken transcribe: no word could be kept, because \(draft.partial.path) and its notes could not be written")
        }
        draft.partial.keep()
        var known: [String] = []
        if count > 0, isFolder { tellOfComplete() }
        if part.stretches.isEmpty, isFolder { return }
        if count > 0, !isFolder { known.append("\(count) of \(files.count) files") }
        if kept.shown > .zero {
            let length = part.length.map { " of " + TimeText.clock($0.seconds(at: .speech)) } ?? ""
            let name = files.count > 1 && !isFolder ? " of " + TerminalText.safe(draft.input?.name ?? "") : ""
            known.append("the first \(TimeText.clock(kept.shown.seconds(at: .speech)))\(length)\(name)")
        }
        let found = known.isEmpty ? "could not be written" : "has \(known.formatted(with: "and"))"
        context.note("harken transcribe: \(draft.partial.path) \(found); harken transcribe --resume \(next(kept, hasAllNotes, draft.partial))")
    }

    private func tellOfComplete() {
        context.note("harken transcribe: \(finished.count) of \(files.count) files are complete; harken transcribe --resume skips them")
    }

    /// Keeps a file to which nothing is added any more, and says what it has. The error that ends the run says why the file has no name.
    private func keepUnnamed(_ draft: Draft) {
        let partial = draft.partial
        partial.keep()
        // Without these notes the next run begins anew.
        _ = draft.notes.commit()
        context.note(
            partial.isWhole
                ? "harken transcribe: \(partial.path) has everything; move it to \(partial.target), or repeat the command with --resume"
                : "harken transcribe: \(partial.path) may lack words that the disk did not take; repeat the command with --resume")
    }

    /// Returns what the next run does with the recording at work.
    private func next(_ kept: (shown: SampleIndex, noted: SampleIndex), _ hasAllNotes: Bool, _ partial: PartialFile) -> String {
        // Between two recordings there is none to begin anew.
        if hasSpeakers, kept.shown > .zero || kept.noted > .zero {
            return "begins that recording anew, because speakers are told apart in the whole of it"
        }
        if !hasAllNotes, kept.noted == .zero { return "repeats what is not in \(partial.notes.path), which could not be written" }
        return kept.noted == kept.shown ? "goes on there" : "goes on at \(TimeText.clock(kept.noted.seconds(at: .speech)))"
    }
}
