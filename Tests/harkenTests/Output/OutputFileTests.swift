import Foundation
import Glibc
import HarkenTesting
import Testing

@testable import harken

@Suite struct `An output file` {
    private let folder = TemporaryFolder()
    private var path: String { folder.path(of: "two.srt") }

    private func text(_ path: String) -> String? { FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }

    private func open(_ path: String? = nil) throws -> OutputFile { try OutputFile.open(path ?? self.path, standard: .output) }

    private func mode(of path: String) throws -> mode_t {
        var information = stat()
        try #require(stat(path, &information) == 0)
        return information.st_mode & 0o7777
    }

    @Test func `takes its place only when it is complete`() throws {
        _ = try folder.write("old".utf8, as: "two.srt")
        let file = try open()
        try file.write("new ")
        try file.write("words")
        #expect(text(path) == "old")
        #expect(text(path + ".partial") == "new words")
        try file.finish()
        #expect(text(path) == "new words")
        #expect(try names() == ["two.srt"])
    }

    @Test func `leaves an older file and no rest when it is not finished`() throws {
        _ = try folder.write("old".utf8, as: "two.srt")
        var file: OutputFile? = try open()
        try file?.write("half")
        file = nil
        #expect(text(path) == "old")
        #expect(try names() == ["two.srt"])
    }

    @Test func `is made for everybody whom the mask allows, and keeps the mode of the file that it replaces`() throws {
        try OutputFile.write("a", to: path, standard: .output)
        let ordinary = try mode(of: path)
        #expect(FileManager.default.createFile(atPath: folder.path(of: "other"), contents: nil))
        #expect(try mode(of: folder.path(of: "other")) == ordinary)
        for wanted: mode_t in [0o600, 0o640, 0o755] {
            #expect(chmod(path, wanted) == 0)
            let file = try open()
            try file.write("b")
            #expect(try mode(of: path + ".partial") == wanted)
            try file.finish()
            #expect(try mode(of: path) == wanted)
        }
    }

    @Test func `follows links, and leaves them as they are`() throws {
        let inner = folder.path(of: "inner")
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: folder.path(of: "second"), withDestinationPath: "inner/real.srt")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder.path(of: "second"))
        for words in ["first", "second"] {
            // At first the link leads nowhere.
            try OutputFile.write(words, to: path, standard: .output)
            #expect(text(inner + "/real.srt") == words)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: inner) == ["real.srt"])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == folder.path(of: "second"))
        try FileManager.default.createSymbolicLink(atPath: folder.path(of: "round"), withDestinationPath: "round")
        #expect(throws: OutputFileError.self) { _ = try open(folder.path(of: "round")) }
    }

    @Test func `is written directly where it is a pipe or a device`() throws {
        let pipe = folder.path(of: "pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        // For reading and writing, so that no end waits for the other.
        let reader = Glibc.open(pipe, O_RDWR)
        defer { close(reader) }
        try OutputFile.write("words", to: pipe, standard: .output)
        var bytes = [UInt8](repeating: 0, count: 16)
        #expect(read(reader, &bytes, bytes.count) == 5)
        try OutputFile.write("words", to: "/dev/null", standard: .output)
        #expect(try names() == ["pipe"])
    }

    @Test(.hangLimit) func `is given up when the wait for a reader of a pipe is interrupted`() async throws {
        let pipe = folder.path(of: "pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let work = Task { () -> String in
            do throws(OutputFileError) {
                _ = try OutputFile.open(pipe, standard: .output)
                return "opened"
            } catch {
                return error.description
            }
        }
        work.cancel()
        #expect(await work.value == "\(pipe): interrupted")
    }

    @Test func `is refused where a link leads to a name that is not UTF-8`() throws {
        // "é" in Latin-1.
        let target = [UInt8]("caf".utf8) + [0xE9, 0]
        #expect(symlink(target.map { CChar(bitPattern: $0) }, path) == 0)
        let error = #expect(throws: OutputFileError.self) { try OutputFile.write("words", to: path, standard: .output) }
        #expect(error?.description.contains("leads to a name that is not UTF-8") == true)
        #expect(try names() == ["two.srt"])
    }

    @Test func `is an open file of this process where the path says so`() throws {
        _ = try folder.write("before ".utf8, as: "two.srt")
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND)
        defer { close(descriptor) }
        // A shell has opened the file for appending: nothing of it is written over.
        try OutputFile.write("after", to: "/dev/fd/\(descriptor)", standard: .output)
        #expect(text(path) == "before after")
        #expect(try names() == ["two.srt"])
    }

    @Test func `is refused at once where it cannot be written`() throws {
        for (path, words) in [
            (folder.path, "is a directory"), (folder.path(of: "no/two.srt"), "no such file or directory"),
            (folder.path(of: String(repeating: "x", count: 300)), "file name too long"),
        ] {
            let error = #expect(throws: OutputFileError.self) { _ = try open(path) }
            #expect(error?.description == "cannot write \(path): \(words)" || error?.description.hasSuffix(words) == true)
        }
        #expect(try names() == [])
    }

    @Test func `is known to be a pipe or a device without a wait for its reader`() throws {
        let pipe = folder.path(of: "pipe"), link = folder.path(of: "link"), file = try folder.write("words".utf8, as: "two.srt")
        try #require(mkfifo(pipe, 0o600) == 0)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "pipe")
        let descriptor = Glibc.open(file, O_WRONLY)
        defer { close(descriptor) }
        for path in [pipe, link, "/dev/null", "/dev/fd/\(descriptor)"] { #expect(OutputPlace.isStream(path), "\(path)") }
        for path in [file, folder.path, folder.path(of: "free")] { #expect(!OutputPlace.isStream(path), "\(path)") }
    }

    @Test func `tells that a disk is full`() throws {
        let error = #expect(throws: OutputFileError.self) { try OutputFile.write("words", to: "/dev/full", standard: .output) }
        #expect(error?.description == "cannot write /dev/full: no space left on device")
    }
}

@Suite struct `A partial file` {
    private let folder = TemporaryFolder()
    private var path: String { folder.path(of: "two.srt") }

    private func text(_ path: String) -> String? { FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } }

    private func make() throws -> PartialFile { try PartialFile(of: path, replacing: nil) }

    @Test func `shows a text that grows, changes and settles`() throws {
        let file = try make()
        for shown in ["one", "one two", "one to", "", "once"] {
            try file.show(shown)
            #expect(text(file.path) == shown)
        }
        try file.append("first\n")
        #expect(text(file.path) == "first\n")
        try file.show("second")
        #expect(text(file.path) == "first\nsecond")
        try file.append("second line\n")
        try file.putInPlace()
        #expect(text(path) == "first\nsecond line\n")
    }

    /// Lets no file of this process grow beyond a size, as a full disk does; nil: the disk has room.
    private func limitFiles(to size: Int?) {
        signal(SIGXFSZ, SIG_IGN)
        let limit = rlimit(rlim_cur: size.map { rlim_t($0) } ?? rlim_t.max, rlim_max: rlim_t.max)
        #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), [limit]) == 0)
    }

    private func keepsItsTextOnAFullDisk() throws {
        let file = try make()
        try file.notes.append("note")
        let notes = try #require(text(path + ".resume"))
        try file.show("one two")
        limitFiles(to: 12)
        let error = #expect(throws: OutputFileError.self) { try file.show("one, two and three") }
        #expect(error?.description == "cannot write \(file.path): file too large")
        #expect(text(file.path) == "one two" && file.isShowing)
        #expect(throws: OutputFileError.self) { try file.append("one, two and three") }
        #expect(text(file.path) == "one two")
        try file.append("one to ")
        #expect(throws: OutputFileError.self) { try file.show("three and four") }
        #expect(text(file.path) == "one to " && !file.isShowing)
        limitFiles(to: notes.utf8.count + 3)
        #expect(throws: OutputFileError.self) { try file.notes.append("longer") }
        #expect(text(path + ".resume") == notes)
        limitFiles(to: nil)
        try file.notes.append("last")
        #expect(text(path + ".resume") == notes + "last\n")
        try file.append("three")
        try file.putInPlace()
        #expect(text(path) == "one to three")
    }

    @Test func `has the text that was written last when the disk takes no more`() async throws {
        // The limit is for a whole process.
        await #expect(processExitsWith: .success) { try `A partial file`().keepsItsTextOnAFullDisk() }
    }

    @Test func `leaves what an earlier command wrote when the disk takes no more`() async throws {
        await #expect(processExitsWith: .success) { try `A partial file`().leavesAnEarlierTextOnAFullDisk() }
    }

    private func leavesAnEarlierTextOnAFullDisk() throws {
        var file: PartialFile? = try make()
        try file?.show("one two three")
        try file?.notes.append("note")
        file?.keep()
        file = nil
        let next = try make()
        try next.notes.takeOver()
        limitFiles(to: 13)
        #expect(throws: OutputFileError.self) { try next.show("one two and three") }
        #expect(text(next.path) == "one two three")
        limitFiles(to: nil)
    }

    @Test func `is kept with its notes, and taken by the next command`() throws {
        var file: PartialFile? = try make()
        try file?.show("one")
        try file?.notes.append("note")
        file?.keep()
        file = nil
        #expect(text(path + ".partial") == "one")
        let next = try make()
        #expect(next.notes.found == ["note"])
        // What was found stays until there is something to write.
        #expect(text(path + ".partial") == "one")
        try next.append("all")
        try next.putInPlace()
        #expect(text(path) == "all")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["two.srt"])
    }

    @Test func `stays with its notes when a later command writes nothing`() throws {
        var file: PartialFile? = try make()
        try file?.show("one")
        try file?.notes.append("note")
        file?.keep()
        file = nil
        _ = try make()
        #expect(text(path + ".partial") == "one")
        #expect(try make().notes.found == ["note"])
    }

    @Test(arguments: ["", "{\"harken\"", "{\"harken\":\"resume\",\"version\":1}\n", "{\"harken\":\"resume\",\"version\":1}\nnote\ncut off"])
    func `is written over after a kill at any moment`(notes: String) throws {
        // A kill before the notes' first line is complete comes before the partial file is made.
        if notes.hasSuffix("\n") || notes.contains("note") { _ = try folder.write("torn".utf8, as: "two.srt.partial") }
        _ = try folder.write(notes.utf8, as: "two.srt.resume")
        let file = try make()
        #expect(file.notes.found == (notes.contains("note") ? ["note"] : []))
        try file.append("whole")
        try file.putInPlace()
        #expect(text(path) == "whole")
    }

    @Test(arguments: ["two.srt.partial", "two.srt.resume"])
    func `is refused and left where a file is somebody's own`(name: String) throws {
        let own = try folder.write("my own notes".utf8, as: name)
        let error = #expect(throws: OutputFileError.self) { _ = try make() }
        #expect(error?.description.hasPrefix("\(own) is not what a command that was ended has left") == true)
        #expect(text(own) == "my own notes")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [name])
    }

    @Test(arguments: [246, 247, 248, 249, 254, 255]) func `stands next to a result whose name is as long as names may be`(count: Int) throws {
        let name = String(repeating: "ü", count: count / 2) + String(repeating: "x", count: count % 2), result = folder.path(of: name)
        let file = try PartialFile(of: result, replacing: nil)
        try file.append("words")
        try file.notes.append("note")
        #expect(text(file.path) == "words" && text(file.notes.path)?.hasSuffix("note\n") == true)
        #expect(file.path.hasSuffix(".partial") && file.notes.path.hasSuffix(".resume"))
        try file.putInPlace()
        #expect(text(result) == "words")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [name])
    }

    @Test func `shares no file with one whose long name begins alike`() throws {
        let paths = ["a", "b"].map { folder.path(of: String(repeating: "ü", count: 127) + $0) }
        let files = try paths.map { try PartialFile(of: $0, replacing: nil) }
        #expect(Set(files.flatMap { [$0.path, $0.notes.path] }).count == 4)
        for (file, path) in zip(files, paths) { try file.append(path) }
        for file in files { try file.putInPlace() }
        for path in paths { #expect(text(path) == path) }
    }

    @Test func `is written by one command at a time`() throws {
        let file = try make()
        try file.append("one")
        let error = #expect(throws: OutputFileError.self) { _ = try make() }
        #expect(error?.description == "another command writes \(path); give another name, or try again when it has ended")
        #expect(text(file.path) == "one")
        try file.putInPlace()
        // The name is free again, although the first value lives.
        try make().append("two")
    }

    @Test(.hangLimit) func `is never torn by commands that begin at the same time`() async throws {
        let path = path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<4 {
                group.addTask {
                    for _ in 0..<50 {
                        do {
                            let file = try PartialFile(of: path, replacing: nil)
                            try file.append("\(number)")
                            try file.append("\(number)")
                            try file.putInPlace()
                        } catch is OutputFileError {
                            continue
                        }
                        #expect(["00", "11", "22", "33"].contains(text(path)))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["two.srt"])
    }

    @Test(.needs(geteuid() == 0, "only root gives files away")) func `keeps the owner of the file that it replaces`() throws {
        _ = try folder.write("old".utf8, as: "two.srt")
        #expect(chown(path, 1_234, 1_235) == 0)
        try OutputFile.write("new", to: path, standard: .output)
        var found = stat()
        #expect(stat(path, &found) == 0 && found.st_uid == 1_234 && found.st_gid == 1_235)
        #expect(text(path) == "new")
    }
}
