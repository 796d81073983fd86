import Glibc
import HarkenTesting
import Testing

@testable import harken

@Suite struct `A file to import` {
    private let folder = TemporaryFolder()

    @Test(.hangLimit) func `is refused at once where it can be read only once`() throws {
        let pipe = folder.path(of: "talk.wav")
        try #require(mkfifo(pipe, 0o600) == 0)
        for path in [pipe, "/dev/null"] {
            let error = #expect(throws: ArchiveError.self) { _ = try ImportSource(path) }
            #expect(error.map { "\($0)" } == "\(path): is a pipe or a device, which can be read only once; write its content into a file first")
        }
        #expect(ImportSource.files(of: [folder.path]).chosen == [])
    }

    @Test func `is a recording with its size where it is a plain file`() throws {
        let path = try folder.write("sound".utf8, as: "talk.wav")
        let source = try ImportSource(path)
        #expect(source.content == .recording && source.byteCount == 5 && source.name == "talk.wav")
    }
}
