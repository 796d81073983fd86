import Glibc
import HarkenTesting
import Net
import Testing

@Suite struct `A folder with the folders above it` {
    private let temporary = TemporaryFolder()

    private func mode(of path: String) -> mode_t? {
        var information = stat()
        return stat(path, &information) == 0 ? information.st_mode : nil
    }

    @Test func `is made for its owner only, and may exist`() throws {
        chmod(temporary.path, 0o755)
        for _ in 0..<2 {
            try makeFolder(temporary.path(of: "a//b/c/"))
            for made in ["a", "a/b", "a/b/c"] { #expect(mode(of: temporary.path(of: made)) == S_IFDIR | 0o700) }
        }
        #expect(mode(of: temporary.path) == S_IFDIR | 0o755, "a folder that exists stays as it is")
    }

    @Test func `cannot be below a file, and the error names the first folder that could not be made`() throws {
        let file = try temporary.write("file".utf8, as: "file")
        #expect(throws: SystemError(call: "mkdir \(file)/a", code: ENOTDIR)) { try makeFolder(file + "/a/b") }
    }
}
