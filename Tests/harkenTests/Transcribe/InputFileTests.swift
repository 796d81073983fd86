import Foundation
import Glibc
import HarkenTesting
import Testing

@testable import harken

@Suite struct `A recording that is named on a command line` {
    private let folder = TemporaryFolder()

    @Test func `is used as it is when it is a file`() async throws {
        let path = try folder.write(WaveFile.silence(seconds: 2), as: "a.wav")
        let input = try await InputFile.open(path)
        #expect(input.path == path)
    }

    @Test func `is copied from a pipe, and the copy is removed`() async throws {
        let path = folder.path(of: "pipe"), sound = WaveFile.silence(seconds: 1)
        #expect(mkfifo(path, 0o600) == 0)
        let writer = Thread { try? sound.write(to: URL(filePath: path), options: []) }
        writer.start()
        var copy = ""
        do {
            let input = try await InputFile.open(path)
            copy = input.path
            #expect(FileManager.default.contents(atPath: copy) == sound)
        }
        #expect(copy != path && !FileManager.default.fileExists(atPath: copy))
    }

    @Test(.hangLimit, arguments: [true, false]) func `is given up when the wait for a pipe is interrupted`(isNamed: Bool) async throws {
        let path = folder.path(of: "pipe")
        #expect(mkfifo(path, 0o600) == 0)
        // A writer that writes nothing keeps the pipe from its end; the named pipe has no writer at all.
        let input = isNamed ? STDIN_FILENO : Glibc.open(path, O_RDWR | O_CLOEXEC)
        defer { if !isNamed { close(input) } }
        let name = isNamed ? path : "-"
        let work = Task { () -> String in
            do throws(InputFileError) {
                _ = try await InputFile.open(name, standardInput: input)
                return "opened"
            } catch {
                return error.description
            }
        }
        work.cancel()
        #expect(await work.value == "\(isNamed ? path : "standard input"): interrupted")
    }

    @Test(arguments: [
        ("/nowhere/a.wav", "/nowhere/a.wav: no such file or directory"), ("http://127.0.0.1:9/a.wav", "http://127.0.0.1:9/a.wav: no server answers"),
        ("/", "/: is a directory; name the files in it"),
    ])
    func `is reported when it cannot be opened`(name: String, message: String) async {
        do throws(InputFileError) {
            _ = try await InputFile.open(name)
            Issue.record("opened")
        } catch {
            #expect(error.description == message)
        }
    }
}
