import Foundation
import HarkenTesting
import Testing

@testable import harken

@Suite(
    .needs(BuiltProgram.isThere, "the program is not built beside the tests"),
    .needs(PostgresServer.programs != nil, "the package postgresql is not installed"), .hangLimit)
struct `An installation in PostgreSQL` {
    private let folder = TemporaryFolder()
    private var data: String { folder.path(of: "data") }

    private func environment() throws -> [String: String] {
        let name = "t" + folder.path.suffix(36).replacing("-", with: "").lowercased()
        return ["HOME": folder.path, "HARKEN_DATABASE_URL": try #require(PostgresServer.shared).url(schema: name)]
    }

    private func run(_ words: String...) async throws -> ChildProcess.Outcome {
        try await BuiltProgram.run(words, environment: environment())
    }

    @Test func `is used by the gateway and by the commands`() async throws {
        let created = try await run("keys", "create", "--data", data, "--user", "ann")
        #expect(created.status == 0, "\(created)")
        let gateway = try BuiltProgram.start(["serve", "--listen", "127.0.0.1:0", "--data", data], environment: environment())
        let line = try #require(try await gateway.line(beginning: "harken: ready on "))
        let url = String(try #require(line.split(separator: " ").last))
        let key = created.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(try await run("conversations", "list", "--url", url, "--key", key).status == 0)
        let list = try await run("keys", "list", "--data", data)
        #expect(list.status == 0 && list.output.contains("ann"), "\(list)")
        #expect(!FileManager.default.fileExists(atPath: data + "/harken.db"))
    }

    @Test func `is not backed up, but pg_dump is named`() async throws {
        let backup = try await run("backup", folder.path(of: "backup.tar"), "--data", data)
        #expect(backup.status != 0 && backup.diagnostics.contains("pg_dump"), "\(backup)")
        let restore = try await run("restore", folder.path(of: "backup.tar"), "--data", data)
        #expect(restore.status != 0 && restore.diagnostics.contains("pg_restore"), "\(restore)")
    }

    @Test func `is copied to SQLite and back, not while a gateway runs`() async throws {
        let key = try await run("keys", "create", "--data", data, "--user", "ann")
        #expect(key.status == 0, "\(key)")
        let gateway = try BuiltProgram.start(["serve", "--listen", "127.0.0.1:0", "--data", data], environment: environment())
        _ = try #require(try await gateway.line(beginning: "harken: ready on "))
        let early = try await run("migrate", "--from", "postgres", "--to", "sqlite", "--data", data)
        #expect(early.status != 0 && early.diagnostics.contains("a gateway runs on"), "\(early)")
        let elsewhere = try await run("migrate", "--from", "sqlite", "--to", "postgres", "--data", folder.path(of: "other"))
        #expect(elsewhere.status != 0 && elsewhere.diagnostics.contains("with the same user; stop the gateways"), "\(elsewhere)")
        gateway.signal(SIGTERM)
        _ = await gateway.outcome()
        let copied = try await run("migrate", "--from", "postgres", "--to", "sqlite", "--data", data)
        #expect(copied.status == 0 && copied.diagnostics.contains("2 rows, checksum "), "\(copied)")
        let list = try await BuiltProgram.run(["keys", "list", "--data", data], environment: ["HOME": folder.path])
        #expect(list.output.contains("ann"), "\(list)")
        let back = try await run("migrate", "--from", "sqlite", "--to", "postgres", "--data", data)
        #expect(back.status != 0 && back.diagnostics.contains("is not empty"), "\(back)")
    }
}
