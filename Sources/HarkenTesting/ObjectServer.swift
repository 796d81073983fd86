internal import Foundation

/// An object storage on loopback that speaks the protocol of Amazon S3 and checks signatures (moto). It ends with the process.
package final class ObjectServer: Sendable {
    /// The server of all tests, which the first use starts; nil when there is no Python for it, or when it does not start.
    package static let shared: ObjectServer? = JudgesPython.path == nil ? nil : started { try ObjectServer() }

    /// A bucket that every test may use, with a prefix of its own.
    package static let bucket = "harken"
    /// A bucket that keeps versions of deleted objects.
    package static let versionedBucket = "versions"

    package let port: Int
    package let keyID: String
    package let secret: String
    private let process: ChildProcess

    private static let script = (0..<3).reduce(URL(filePath: #filePath)) { path, _ in path.deletingLastPathComponent() }
        .appending(path: "Tests/Judges/object_server.py").path

    /// Starts a server of the test's own, on a free port. Blocks.
    package init() throws {
        let process = try ChildProcess([JudgesPython.path ?? "python3", "-B", Self.script, "\(getpid())"])
        var words: [String] = []
        try untilBlocking {
            words = process.diagnostics.split(separator: "\n").last?.split(separator: " ").map(String.init) ?? []
            return words.count == 3 && Int(words[0]) != nil || !process.isRunning
        }
        guard words.count == 3, let port = Int(words[0]) else {
            throw CocoaError(.executableLoad, userInfo: [NSDebugDescriptionErrorKey: process.diagnostics])
        }
        (self.port, keyID, secret, self.process) = (port, words[1], words[2], process)
    }

    /// The address of a bucket, below a prefix.
    package func address(bucket: String = bucket, prefix: String) -> String { "s3://\(bucket)/\(prefix)?endpoint=http://127.0.0.1:\(port)" }

    /// Ends the server; what it stored is gone.
    package func stop() async {
        process.signal(SIGKILL)
        _ = await process.outcome()
    }
}
