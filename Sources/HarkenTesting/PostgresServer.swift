internal import Foundation
internal import Synchronization

/// A PostgreSQL server of this test process, with an empty database. It ends with the process, and its folder is removed then.
package final class PostgresServer: Sendable {
    /// The server of all tests, which the first use starts; nil when Debian's package `postgresql` is not installed, or when it does not start.
    package static let shared: PostgresServer? = programs.flatMap { programs in started { try PostgresServer(programs) } }

    /// Folder of the server's programs; nil when they are not installed.
    package static let programs: String? = {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        return versions.compactMap { Int($0) }.max().map { "/usr/lib/postgresql/\($0)/bin" }
            .flatMap { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") ? $0 : nil }
    }()

    /// A server refuses to run as root. The shell outlives this process by half a second, whatever ends the process: it has a session of its own,
    /// because a runner of tests kills all of a step's process group.
    private static let script = """
        folder=$1 programs=$2 parent=$3 as=
        if [ "$(id -u)" = 0 ]; then
            chown nobody "$folder"
            as='setpriv --reuid=nobody --regid=nogroup --clear-groups'
        fi
        cd "$folder"
        $as "$programs/initdb" -D "$folder/data" -U harken -A trust -E UTF8 --locale=C --no-sync || exit 1
        $as "$programs/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=400 -c fsync=off -c shared_buffers=64MB \
            -c autovacuum=off &
        server=$!
        while kill -0 "$parent" && kill -0 "$server"; do sleep 0.5; done
        kill -QUIT "$server"
        wait "$server"
        rm -rf "$folder"
        """

    private let folder: String
    private let psql: String
    private let process: ChildProcess
    /// Names of the databases that `url(database:copyOf:)` has made.
    private let databases = Mutex<Set<String>>([])

    private init(_ programs: String) throws {
        // Not the process's number: another process of that number may have been killed together with its shell. Short, for the path of the socket.
        folder = FileManager.default.temporaryDirectory.appending(path: "harken-pg-\(UUID().uuidString.prefix(8))").path
        psql = programs + "/psql"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        process = try ChildProcess(["setsid", "--wait", "sh", "-c", Self.script, "sh", folder, programs, "\(getpid())"])
        var isReady = false
        try untilBlocking {
            isReady = try ChildProcess.run([programs + "/pg_isready", "-q", "-h", folder]).status == 0
            return isReady || !process.isRunning
        }
        guard isReady else { throw CocoaError(.executableLoad, userInfo: [NSDebugDescriptionErrorKey: process.diagnostics]) }
    }

    /// The URL of a schema with this name, which is made if it does not exist. The name is also the name of the connections.
    package func url(schema: String) throws -> String {
        let made = try run("CREATE SCHEMA IF NOT EXISTS \(schema)")
        try Self.check(made)
        return "postgres://harken@/postgres?host=\(folder)&options=-csearch_path%3D\(schema)&application_name=\(schema)"
    }

    /// The URL of a database with this name, which the first call makes. The name is also the name of the connections. Blocks.
    ///
    /// - Parameter template: the name of the database that is copied, to which nobody may be connected; nil: the new database is empty.
    package func url(database: String, copyOf template: String? = nil) throws -> String {
        try databases.withLock { names in
            guard !names.contains(database) else { return }
            // With the other strategy, each page goes through the server's log, which takes twice as long.
            let made = try run("CREATE DATABASE \(database) TEMPLATE \(template ?? "template1") STRATEGY file_copy")
            try Self.check(made)
            names.insert(database)
        }
        return "postgres://harken@/\(database)?host=\(folder)&application_name=\(database)"
    }

    /// An error, not a trap: a trap would end all tests of the process, and say nothing.
    private static func check(_ outcome: ChildProcess.Outcome) throws {
        guard outcome.status == 0 else { throw CocoaError(.executableLoad, userInfo: [NSDebugDescriptionErrorKey: outcome.diagnostics]) }
    }

    /// Runs SQL in a database. Blocks.
    package func run(_ sql: String, in database: String = "postgres") throws -> ChildProcess.Outcome {
        try ChildProcess.run([psql, "-X", "-q", "-A", "-t", "-h", folder, "-U", "harken", "-d", database, "-c", sql])
    }
}
