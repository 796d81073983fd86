internal import Foundation

/// A test's own folder in `TMPDIR`. The owner's release removes it.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() {
        path = FileManager.default.temporaryDirectory.appending(path: "harken-\(UUID().uuidString)").path
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    package func path(of name: String) -> String { path + "/" + name }

    /// Writes a file and returns its path.
    package func write(_ bytes: some Sequence<UInt8>, as name: String) throws -> String {
        let path = path(of: name)
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }
}
