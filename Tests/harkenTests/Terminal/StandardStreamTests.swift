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

    @Test func `that takes everything changes no status`() throws {
        let written = try WrittenContext(in: folder)
        #expect(written.context.output.write("words"))
        #expect(written.context.ended(.done, "harken usage") == .done)
        #expect(try written.output() == "words")
        #expect(try written.diagnostics() == "")
    }
}
