import Foundation
import Glibc
import HarkenTesting
import Speech
import Testing

@testable import harken

@Suite struct `A run of transcribe` {
    private let folder = TemporaryFolder()
    private let written: WrittenContext
    private static let request = TranscriptNotes.Request(engine: "seconds", format: "text", options: [])

    init() throws {
        written = try WrittenContext(in: folder)
        for (index, name) in ["a.wav", "b.wav", "c.wav"].enumerated() {
            _ = try folder.write(SecondsEngine.recording(seconds: 6, from: 10 * index + 1), as: name)
        }
    }

    private var files: [String] { ["a.wav", "b.wav", "c.wav"].map(folder.path(of:)) }

    private func text(_ name: String) -> String? {
        FileManager.default.contents(atPath: folder.path(of: name)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Names in the folder that are not recordings, and not what the context writes.
    private func names(in name: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path(of: name)).sorted().filter {
            !$0.hasSuffix(".wav") && !$0.hasPrefix("output") && !$0.hasPrefix("diagnostics")
        }
    }

    private func run(
        _ destination: TranscriptDestination, _ files: [String], resumes: Bool, request: TranscriptNotes.Request = Self.request,
        _ context: CommandContext? = nil
    ) throws -> TranscriptRun {
        try TranscriptRun(
            destination, files, as: TranscriptForm(format: .text), request, hasSpeakers: request.options.contains("--speakers"), resumes: resumes,
            context ?? written.context)
    }

    /// Transcribes files as the command does.
    ///
    /// - Parameters:
    ///   - last: the number of the file in which the run is interrupted.
    ///   - limit: number of that file's words that are recognized.
    ///   - failing: names of files that cannot be transcribed.
    private func transcribe(
        _ output: TranscriptRun, _ files: [String], interruptedIn last: Int? = nil, after limit: Int = 0, failing: Set<String> = []
    ) async throws -> [TranscriptRun.Standing] {
        var standings: [TranscriptRun.Standing] = []
        for (index, file) in files.enumerated() {
            standings.append(try output.standing(of: file))
            guard standings[index] == .open else { continue }
            if failing.contains(file) {
                output.fail(file)
                continue
            }
            let recorder = try #require(try output.begin(file, path: file))
            do {
                let transcript = try await recorder.part.completed(
                    by: SecondsEngine(limit: index == last ? limit : nil), Recording(path: file), RecognitionOptions()
                ) { recorder.note($0) }
                try output.write(FileTranscript(file: file, transcript: transcript))
            } catch EngineError.cancelled {
                try output.end(.interrupted)
                return standings
            }
        }
        try output.end(.done)
        return standings
    }

    private static func words(_ index: Int, _ count: Int = 6) -> String { (1...count).map { "w\(10 * index + $0)" }.joined(separator: " ") + "\n" }

    @Test(.hangLimit) func `is not resumed in a pipe or a device`() throws {
        let pipe = folder.path(of: "pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        for path in [pipe, "/dev/null"] {
            let error = #expect(throws: OutputFileError.self) { _ = try run(.together(path: path), files, resumes: true) }
            #expect(
                error?.description == "--resume cannot go on with \(path): it is a pipe or a device; name a file, or leave --resume out")
        }
    }

    @Test(.hangLimit) func `takes a pipe that it has read to the end for the same recording`() async throws {
        let destination = TranscriptDestination.together(path: folder.path(of: "two.txt")), pipe = folder.path(of: "pipe")
        _ = try folder.write(SecondsEngine.recording(seconds: 6, from: 1), as: "pipe")
        let both = [pipe, files[1]]
        _ = try await transcribe(run(destination, both, resumes: false), both, interruptedIn: 1, after: 5)
        try #require(unlink(pipe) == 0 && mkfifo(pipe, 0o600) == 0)
        #expect(try await transcribe(run(destination, both, resumes: true), both) == [.finished, .open])
    }

    @Test func `leaves the older file and the first words when it is interrupted, and goes on there`() async throws {
        _ = try folder.write("old".utf8, as: "two.txt")
        let destination = TranscriptDestination.together(path: folder.path(of: "two.txt")), file = [files[0]]
        _ = try await transcribe(run(destination, file, resumes: false), file, interruptedIn: 0, after: 5)
        #expect(text("two.txt") == "old")
        #expect(text("two.txt.partial") == Self.words(0, 4))
        #expect(
            try written.diagnostics() == """
                harken transcribe: \(folder.path(of: "two.txt.partial")) has the first 00:04; harken transcribe --resume goes on there

                """)
        _ = try await transcribe(run(destination, file, resumes: true), file)
        #expect(text("two.txt") == Self.words(0))
        #expect(try names() == ["two.txt"])
    }

    @Test func `leaves nothing when it is interrupted before the first word, and an older rest as it is`() async throws {
        let destination = TranscriptDestination.together(path: folder.path(of: "two.txt")), file = [files[0]]
        _ = try await transcribe(run(destination, file, resumes: false), file, interruptedIn: 0, after: 1)
        #expect(try names() == [] && written.diagnostics() == "")
        _ = try await transcribe(run(destination, file, resumes: false), file, interruptedIn: 0, after: 4)
        _ = try await transcribe(run(destination, file, resumes: false), file, interruptedIn: 0, after: 1)
        #expect(text("two.txt.partial") == Self.words(0, 4))
        _ = try await transcribe(run(destination, file, resumes: true), file)
        #expect(text("two.txt") == Self.words(0))
    }

    @Test func `is resumed again and again`() async throws {
        let destination = TranscriptDestination.together(path: folder.path(of: "two.txt")), file = [files[0]]
        for resumes in [false, true, true] { _ = try await transcribe(run(destination, file, resumes: resumes), file, interruptedIn: 0, after: 2) }
        #expect(text("two.txt.partial") == Self.words(0))
        _ = try await transcribe(run(destination, file, resumes: true), file)
        #expect(text("two.txt") == Self.words(0))
        #expect(try names() == ["two.txt"])
    }

    @Test(arguments: 0..<3, [1, 4]) func `with one file for all goes on in the recording in which it ended`(last: Int, limit: Int) async throws {
        let destination = TranscriptDestination.together(path: folder.path(of: "all.txt"))
        let expected = (0..<3).map { "==> \(files[$0]) <==\n" + Self.words($0) }
        _ = try await transcribe(run(destination, files, resumes: false), files, interruptedIn: last, after: limit)
        #expect(text("all.txt") == nil)
        let shown = expected.prefix(last).joined() + (limit == 1 ? "" : "==> \(files[last]) <==\n" + Self.words(last, 4))
        #expect(text("all.txt.partial") == (shown.isEmpty ? nil : shown))
        let standings = try await transcribe(run(destination, files, resumes: true), files)
        #expect(standings == Array(repeating: .finished, count: last) + Array(repeating: .open, count: 3 - last))
        #expect(text("all.txt") == expected.joined())
        #expect(try names() == ["all.txt"])
    }

    @Test func `with one file for all remembers which recordings failed`() async throws {
        let destination = TranscriptDestination.together(path: folder.path(of: "all.txt"))
        _ = try await transcribe(run(destination, files, resumes: false), files, interruptedIn: 2, after: 4, failing: [files[0]])
        let standings = try await transcribe(run(destination, files, resumes: true), files)
        #expect(standings == [.failed, .finished, .open])
        #expect(text("all.txt") == (1..<3).map { "==> \(files[$0]) <==\n" + Self.words($0) }.joined())
    }

    @Test(arguments: 0..<3, [1, 4]) func `with a folder skips what is complete`(last: Int, limit: Int) async throws {
        let destination = TranscriptDestination.folder(folder.path(of: "texts"))
        _ = try await transcribe(run(destination, files, resumes: false), files, interruptedIn: last, after: limit)
        #expect(try names(in: "texts").filter { $0.hasSuffix(".txt") }.count == last)
        let standings = try await transcribe(run(destination, files, resumes: true), files)
        #expect(standings == Array(repeating: .finished, count: last) + Array(repeating: .open, count: 3 - last))
        for (index, name) in ["a", "b", "c"].enumerated() { #expect(text("texts/\(name).txt") == Self.words(index)) }
        #expect(try names(in: "texts") == ["a.txt", "b.txt", "c.txt"])
    }

    @Test(arguments: 1...3, [false, true])
    func `with a folder remembers what is complete between two files`(count: Int, isKilled: Bool) async throws {
        let destination = TranscriptDestination.folder(folder.path(of: "texts"))
        try await endsBehind(count, destination, isKilled: isKilled)
        let told = "harken transcribe: \(count) of 3 files are complete; harken transcribe --resume skips them\n"
        #expect(try written.diagnostics().hasSuffix(told) == !isKilled)
        let standings = try await transcribe(run(destination, files, resumes: true), files)
        #expect(standings == Array(repeating: .finished, count: count) + Array(repeating: .open, count: 3 - count))
        #expect(try names(in: "texts") == ["a.txt", "b.txt", "c.txt"])
    }

    @Test func `with a folder refuses other options than those of the complete files`() async throws {
        let destination = TranscriptDestination.folder(folder.path(of: "texts"))
        try await endsBehind(1, destination, isKilled: true)
        var other = Self.request
        other.options = ["--language de"]
        let problem = #expect(throws: OutputFileError.self) { _ = try run(destination, files, resumes: true, request: other) }
        let notes = folder.path(of: "texts/a.txt.resume")
        #expect(
            problem?.description
                == "--resume cannot go on with \(notes): it was made with --engine seconds --format text; leave --resume out to begin anew")
    }

    @Test func `with a folder goes on where the names are as long as names may be`() async throws {
        let stem = String(repeating: "ü", count: 125) + "x", destination = TranscriptDestination.folder(folder.path(of: "texts"))
        _ = try folder.write(SecondsEngine.recording(seconds: 6, from: 1), as: stem + ".wav")
        let long = [folder.path(of: stem + ".wav"), files[1]]
        _ = try await transcribe(run(destination, long, resumes: false), long, interruptedIn: 1, after: 4)
        #expect(try await transcribe(run(destination, long, resumes: true), long) == [.finished, .open])
        #expect(try names(in: "texts") == ["b.txt", stem + ".txt"])
    }

    /// What a run has on the disk before its first word. The run lets go of its files when this returns.
    private func notesBeforeTheFirstWord(_ destination: TranscriptDestination, _ name: String) throws -> Data {
        let output = try run(destination, [files[0]], resumes: false)
        defer { withExtendedLifetime(output) {} }
        _ = try output.begin(files[0], path: files[0])
        return try #require(FileManager.default.contents(atPath: folder.path(of: name)))
    }

    @Test func `knows its options after a kill before the first word, and leaves nothing else`() async throws {
        let destination = TranscriptDestination.together(path: folder.path(of: "two.txt")), file = [files[0]]
        let notes = try notesBeforeTheFirstWord(destination, "two.txt.resume")
        #expect(try names() == [])
        var other = Self.request
        other.options = ["--language de"]
        func leaveKilledRun() throws {
            _ = try folder.write(notes, as: "two.txt.resume")
            _ = try folder.write("".utf8, as: "two.txt.partial")
        }
        try leaveKilledRun()
        let problem = #expect(throws: OutputFileError.self) { _ = try run(destination, file, resumes: true, request: other) }
        #expect(problem?.description.contains("it was made with --engine seconds --format text; ") == true)
        #expect(try names() == ["two.txt.partial", "two.txt.resume"])
        for resumes in [false, true] {
            try leaveKilledRun()
            _ = try await transcribe(run(destination, file, resumes: resumes), file, interruptedIn: 0, after: 1)
            #expect(try names() == [])
        }
        try leaveKilledRun()
        _ = try await transcribe(run(destination, file, resumes: false, request: other), file)
        #expect(text("two.txt") == Self.words(0))
        #expect(try names() == ["two.txt"] && written.diagnostics() == "")
    }

    @Test func `says which folder cannot be made, and why`() throws {
        _ = try folder.write("".utf8, as: "file")
        let path = folder.path(of: "file/texts")
        let problem = #expect(throws: OutputFileError.self) { _ = try run(.folder(path), files, resumes: false) }
        #expect(problem?.description == "cannot make the folder \(path): not a directory")
    }

    /// A run that ends when it has put some transcripts into the folder. It lets go of its files when it is over.
    ///
    /// - Parameter isKilled: true: the run has no time to keep anything.
    private func endsBehind(_ count: Int, _ destination: TranscriptDestination, isKilled: Bool) async throws {
        let output = try run(destination, files, resumes: false)
        for file in files.prefix(count) {
            let recorder = try #require(try output.begin(file, path: file))
            let transcript = try await SecondsEngine().recognize(Recording(path: file), options: RecognitionOptions()) { recorder.note($0) }
            try output.write(FileTranscript(file: file, transcript: transcript))
        }
        if !isKilled { try output.end(.interrupted) }
    }

    /// Lets no file of this process grow beyond a size, as a full disk does; nil: the disk has room.
    private func limitFiles(to size: Int?) {
        signal(SIGXFSZ, SIG_IGN)
        let limit = rlimit(rlim_cur: size.map { rlim_t($0) } ?? rlim_t.max, rlim_max: rlim_t.max)
        #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), [limit]) == 0)
    }

    /// Returns the size of the notes of the first two words.
    private func sizeOfNotes() async throws -> Int {
        let other = try WrittenContext(in: folder)
        defer { withExtendedLifetime(other) {} }
        let destination = TranscriptDestination.together(path: folder.path(of: "one.txt"))
        _ = try await transcribe(run(destination, [files[0]], resumes: false, other.context), [files[0]], interruptedIn: 0, after: 3)
        return try #require(FileManager.default.contents(atPath: folder.path(of: "one.txt.resume"))).count
    }

    private func goesOnAfterAFullDisk() async throws {
        let destination = TranscriptDestination.together(path: folder.path(of: "two.txt")), file = [files[0]]
        let path = folder.path(of: "two.txt.partial"), notes = folder.path(of: "two.txt.resume"), size = try await sizeOfNotes()
        _ = try folder.write("old".utf8, as: "two.txt")
        limitFiles(to: size)
        _ = try await transcribe(run(destination, file, resumes: false), file, interruptedIn: 0, after: 5)
        limitFiles(to: nil)
        let lines = try written.diagnostics().split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("harken transcribe: cannot write \(notes): file too large; the work goes on") == true)
        #expect(lines.last ?? "" == "harken transcribe: \(path) has the first 00:04; harken transcribe --resume goes on at 00:02")
        #expect(text("two.txt") == "old" && text("two.txt.partial") == Self.words(0, 4))
        #expect(FileManager.default.contents(atPath: notes)?.count == size)
        _ = try await transcribe(run(destination, file, resumes: true), file)
        #expect(text("two.txt") == Self.words(0))
        #expect(try written.diagnostics().split(separator: "\n").count == 2)
    }

    /// A run that is interrupted once the disk, which was full, has room again. It lets go of its files when it is over.
    private func isInterruptedOnceThereIsRoom(_ destination: TranscriptDestination, _ file: [String]) async throws {
        let output = try run(destination, file, resumes: false), size = try await sizeOfNotes()
        let recorder = try #require(try output.begin(file[0], path: file[0]))
        limitFiles(to: size)
        // At one moment, so that the file has the first of the two versions.
        let now = Instant.now
        await #expect(throws: EngineError.cancelled) {
            _ = try await SecondsEngine(limit: 5).recognize(Recording(path: file[0]), options: RecognitionOptions()) { recorder.note($0, now: now) }
        }
        #expect(recorder.kept.shown == SampleIndex(32_000) && recorder.kept.noted == SampleIndex(32_000))
        #expect(try written.diagnostics().contains("; the work goes on"))
        limitFiles(to: nil)
        try output.end(.interrupted)
        #expect(try written.diagnostics().hasSuffix("two.txt.partial has the first 00:04; harken transcribe --resume goes on there\n"))
    }

    private func keepsAllOnceThereIsRoom() async throws {
        let destination = TranscriptDestination.together(path: folder.path(of: "two.txt")), file = [files[0]]
        try await isInterruptedOnceThereIsRoom(destination, file)
        #expect(text("two.txt.partial") == Self.words(0, 4))
        _ = try await transcribe(run(destination, file, resumes: true), file)
        #expect(text("two.txt") == Self.words(0))
    }

    /// A run on a full disk, with an engine that tells no words before it has all of them.
    private func printsWhatNoNoteHas() async throws {
        let path = folder.path(of: "two.txt"), pipe = Pipe()
        _ = try folder.write("old".utf8, as: "two.txt")
        var context = written.context
        context.output = StandardStream(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let output = try run(.together(path: path), [files[0]], resumes: false, context)
        _ = try output.begin(files[0], path: files[0])
        let transcript = try await SecondsEngine().recognize(Recording(path: files[0]), options: RecognitionOptions()) { _ in }
        limitFiles(to: 8)
        var problem: String?
        do { try output.write(FileTranscript(file: files[0], transcript: transcript)) } catch {
            problem = "\(error)"
            output.keep()
        }
        limitFiles(to: nil)
        #expect(problem == "cannot write \(path).partial: file too large")
        try pipe.fileHandleForWriting.close()
        #expect(try pipe.fileHandleForReading.readToEnd().map { String(decoding: $0, as: UTF8.self) } == Self.words(0))
        #expect(text("two.txt") == "old")
    }

    @Test func `prints a transcript that the disk does not take where no note has its words`() async throws {
        // The limit is for a whole process.
        await #expect(processExitsWith: .success) { try await `A run of transcribe`().printsWhatNoNoteHas() }
    }

    @Test func `tells at once that the disk takes no more, and in the end what is on it`() async throws {
        // The limit is for a whole process.
        await #expect(processExitsWith: .success) { try await `A run of transcribe`().goesOnAfterAFullDisk() }
    }

    @Test func `keeps what a full disk did not take once there is room`() async throws {
        await #expect(processExitsWith: .success) { try await `A run of transcribe`().keepsAllOnceThereIsRoom() }
    }

    /// A run whose result cannot get its name, because somebody makes a folder of that name meanwhile. It lets go of its files when it is over.
    private func meetsAFolder(_ destination: TranscriptDestination, at path: String) async throws {
        let output = try run(destination, [files[0]], resumes: false)
        let recorder = try #require(try output.begin(files[0], path: files[0]))
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let transcript = try await SecondsEngine().recognize(Recording(path: files[0]), options: RecognitionOptions()) { recorder.note($0) }
        var problem: String?
        do {
            try output.write(FileTranscript(file: files[0], transcript: transcript))
            try output.end(.done)
        } catch {
            problem = "\(error)"
            output.keep()
        }
        #expect(problem == "cannot write \(path): is a directory")
    }

    @Test(arguments: [false, true]) func `keeps a transcript that cannot get its name, and says that it is whole`(isFolder: Bool) async throws {
        let name = isFolder ? "texts/a.txt" : "a.txt", path = folder.path(of: name)
        let destination = isFolder ? TranscriptDestination.folder(folder.path(of: "texts")) : .together(path: path)
        try await meetsAFolder(destination, at: path)
        #expect(
            try written.diagnostics()
                == "harken transcribe: \(path).partial has everything; move it to \(path), or repeat the command with --resume\n")
        #expect(text(name + ".partial") == Self.words(0))
        #expect(rmdir(path) == 0)
        _ = try await transcribe(run(destination, [files[0]], resumes: true), [files[0]])
        #expect(text(name) == Self.words(0))
        #expect(try names(in: isFolder ? "texts" : "") == ["a.txt"])
    }

    @Test func `goes on behind the recordings that it has, also where speakers are told apart`() async throws {
        let destination = TranscriptDestination.together(path: folder.path(of: "all.txt"))
        var request = Self.request
        request.options = ["--speakers"]
        _ = try await transcribe(run(destination, files, resumes: false, request: request), files, interruptedIn: 1, after: 1)
        let partial = folder.path(of: "all.txt.partial")
        #expect(try written.diagnostics() == "harken transcribe: \(partial) has 1 of 3 files; harken transcribe --resume goes on there\n")
    }

    @Test func `refuses another recording, other options and another order`() async throws {
        let destination = TranscriptDestination.together(path: folder.path(of: "all.txt")), partial = folder.path(of: "all.txt.partial")
        _ = try await transcribe(run(destination, files, resumes: false), files, interruptedIn: 1, after: 4)
        let before = text("all.txt.partial")
        func problem(_ files: [String], _ request: TranscriptNotes.Request = Self.request) async throws -> String? {
            do {
                let output = try run(destination, files, resumes: true, request: request)
                do { _ = try await transcribe(output, files) } catch {
                    output.keep()
                    throw error
                }
                return nil
            } catch let error as OutputFileError {
                return error.description
            }
        }
        let ending = "; leave --resume out to begin anew"
        var other = Self.request
        other.engine = "deepgram"
        #expect(
            try await problem(files, other) == "--resume cannot go on with \(partial): it was made with --engine seconds --format text" + ending)
        other = Self.request
        other.options = ["--language de"]
        #expect(try await problem(files, other)?.hasSuffix("--engine seconds --format text" + ending) == true)
        #expect(
            try await problem([files[1], files[0]])
                == "--resume cannot go on with \(partial): it has \(files[0]) where the command has \(files[1])" + ending)
        _ = try folder.write(SecondsEngine.recording(seconds: 5), as: "b.wav")
        #expect(try await problem(files) == "--resume cannot go on with \(partial): it was made from another recording than \(files[1])" + ending)
        _ = try folder.write(SecondsEngine.recording(seconds: 5), as: "a.wav")
        #expect(try await problem(files) == "--resume cannot go on with \(partial): it was made from another \(files[0])" + ending)
        #expect(text("all.txt.partial")?.hasPrefix(before?.prefix(20) ?? "?") == true)
        // Without the flag the rest is written over.
        _ = try await transcribe(run(destination, files, resumes: false), files)
        #expect(try names() == ["all.txt"])
        #expect(try written.diagnostics().contains("\(partial) is written over; with --resume the command would go on there"))
    }

    @Test func `begins a recording anew where speakers are told apart`() async throws {
        let destination = TranscriptDestination.together(path: folder.path(of: "two.txt")), file = [files[0]]
        var request = Self.request
        request.options = ["--speakers"]
        _ = try await transcribe(run(destination, file, resumes: false, request: request), file, interruptedIn: 0, after: 4)
        #expect(try written.diagnostics().contains("begins that recording anew, because speakers are told apart in the whole of it"))
        let again = try run(destination, file, resumes: true, request: request)
        #expect(try again.begin(file[0], path: file[0])?.part == RecognizedPart())
    }

    @Test func `says that nothing is kept of a recording whose speakers are not known yet`() async throws {
        var request = Self.request
        request.options = ["--speakers"]
        let destination = TranscriptDestination.together(path: folder.path(of: "two.txt")), file = [files[0]]
        _ = try await transcribe(run(destination, file, resumes: false, request: request), file, interruptedIn: 0, after: 1)
        #expect(
            try written.diagnostics()
                == "harken transcribe: nothing of \(files[0]) is kept, because speakers are told apart in the whole recording\n")
        #expect(try names() == [])
    }

    @Test func `goes on from any moment at which it was killed`() async throws {
        // The notes of a run, cut off after each byte: the words are the same in the end.
        let destination = TranscriptDestination.together(path: folder.path(of: "all.txt"))
        _ = try await transcribe(run(destination, files, resumes: false), files, interruptedIn: 1, after: 4)
        let notes = try #require(FileManager.default.contents(atPath: folder.path(of: "all.txt.resume")))
        let expected = (0..<3).map { "==> \(files[$0]) <==\n" + Self.words($0) }.joined()
        for count in stride(from: 0, through: notes.count, by: 97) {
            _ = try folder.write(notes.prefix(count), as: "all.txt.resume")
            if count > 32 { _ = try folder.write("torn".utf8, as: "all.txt.partial") } else { unlink(folder.path(of: "all.txt.partial")) }
            unlink(folder.path(of: "all.txt"))
            _ = try await transcribe(run(destination, files, resumes: true), files)
            #expect(text("all.txt") == expected)
        }
    }
}
