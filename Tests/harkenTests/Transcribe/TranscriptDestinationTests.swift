import Glibc
import HarkenTesting
import Testing

@testable import harken

@Suite struct `The destination of transcripts` {
    private let folder = TemporaryFolder()

    @Test func `is a folder if it exists, or ends with a slash`() {
        guard case .folder = TranscriptDestination(folder.path), case .folder(let path) = TranscriptDestination("/nowhere/") else {
            Issue.record("a file")
            return
        }
        #expect(path == "/nowhere")
        guard case .together(nil) = TranscriptDestination(nil), case .together("/nowhere.srt") = TranscriptDestination("/nowhere.srt") else {
            Issue.record("a folder")
            return
        }
    }

    @Test func `is a new folder if one file cannot hold all`() throws {
        guard case .folder("/nowhere/new") = TranscriptDestination("/nowhere/new", needsFolder: true) else {
            Issue.record("a file")
            return
        }
        let file = try folder.write("".utf8, as: "all.srt")
        guard case .together(file) = TranscriptDestination(file, needsFolder: true) else {
            Issue.record("a folder")
            return
        }
    }

    @Test(arguments: [
        ("a/talk.mp3", "talk"), ("talk", "talk"), (".hidden", ".hidden"), ("-", "stdin"), ("https://example.org/a/talk.ogg?x=1.2#y", "talk"),
        ("a.b.wav", "a.b"), ("https://example.org", "example"),
    ])
    func `takes its names from the files`(file: String, stem: String) {
        #expect(InputFile.stem(file) == stem)
    }

    @Test func `is not the file that a shell has opened as standard input`() throws {
        let file = try folder.write("".utf8, as: "stdin.txt"), input = open(file, O_RDONLY | O_CLOEXEC)
        defer { close(input) }
        #expect(throws: UsageError("--output would overwrite the file of standard input; name another file")) {
            try TranscriptDestination(file).check(["-"], .text, input: input)
        }
        #expect(throws: UsageError("--output would overwrite the file of standard input; name another folder")) {
            try TranscriptDestination(folder.path).check(["-"], .text, input: input)
        }
        try TranscriptDestination(folder.path(of: "other.txt")).check(["-"], .text, input: input)
        let device = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(device) }
        try TranscriptDestination("/dev/null").check(["-"], .text, input: device)
    }

    @Test func `gives each file its own, and overwrites none`() throws {
        let destination = TranscriptDestination(folder.path)
        try destination.check(["a/talk.mp3", "b/other.mp3"], .srt)
        #expect(throws: UsageError("a/talk.mp3 and b/talk.wav would both be written to \(folder.path)/talk.srt")) {
            try destination.check(["a/talk.mp3", "b/talk.wav"], .srt)
        }
        let file = try folder.write("".utf8, as: "talk.txt")
        #expect(throws: UsageError("--output would overwrite \(file); name another folder")) { try destination.check([file], .text) }
        #expect(throws: UsageError("--output would overwrite \(file); name another file")) { try TranscriptDestination(file).check([file], .text) }
        #expect(throws: UsageError("--format srt writes one file for each FILE: give a folder with -o DIR")) {
            try TranscriptDestination(nil).check(["a", "b"], .srt)
        }
    }
}
