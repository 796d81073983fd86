import Glibc
import HarkenTesting
import Testing

@testable import harken

@Suite struct `A standard stream` {
    private let folder = TemporaryFolder()

    @Test(arguments: [(ExitStatus.done, ExitStatus.failed), (.gateNotPassed, .gateNotPassed), (.interrupted, .interrupted)])
    func `of a full disk fails the command, which says so once`(status: ExitStatus, shown: ExitStatus) throws {
        let written = try WrittenContext(in: folder), disk = open("/dev/full", O_WRONLY | O_CLOEXEC)
        defer { close(disk) }
        var context = written.context
        context.output = StandardStream(descriptor: disk)
        #expect(!context.output.write("words"))
        #expect(!context.output.writeLine("more"))
        #expect(context.ended(status, "harken usage") == shown)
        #expect(context.ended(.done, "harken usage") == .done)
        #expect(try written.diagnostics() == "harken usage: cannot write standard output: no space left on device\n")
    }

    @Test func `that a command has reported is not reported again`() throws {
        let written = try WrittenContext(in: folder), disk = open("/dev/full", O_WRONLY | O_CLOEXEC)
        defer { close(disk) }
        var context = written.context
        context.output = StandardStream(descriptor: disk)
        let error = #expect(throws: OutputFileError.self) { try OutputFile.write("words", to: nil, standard: context.output) }
        #expect(error?.description == "cannot write standard output: no space left on device")
        #expect(context.ended(.failed, "harken transcribe") == .failed)
        #expect(try written.diagnostics() == "")
    }

    @Test func `has each message in one line, whatever names are in it`() throws {
        let written = try WrittenContext(in: folder), name = "a\nharken: b\u{1B}[2J" + String(repeating: "c", count: 20_000)
        written.context.note(name)
        written.context.printError(Transcribe.description, name)
        let lines = try written.diagnostics().split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 3 && lines[2].isEmpty)
        #expect(lines[0].hasPrefix("a harken: b [2Jccc") && lines[1].hasPrefix("harken transcribe: a harken: b [2Jccc"))
        #expect(lines.dropLast().allSatisfy { $0.hasSuffix("c…") && $0.count < 9_000 })
    }

    @Test func `that takes everything changes no status`() throws {
        let written = try WrittenContext(in: folder)
        #expect(written.context.output.write("words"))
        #expect(written.context.ended(.done, "harken usage") == .done)
        #expect(try written.output() == "words")
        #expect(try written.diagnostics() == "")
    }
}
