import Foundation
import Framing
import HarkenTesting
import Net
@testable import Recordings
import Speech
import Synchronization
import Testing

@testable import Gateway

@Suite(.hangLimit) struct `The disk for uploads` {
    private static let megabyte = 1 << 20
    private static let settings = ["HARKEN_SPOOL_BYTES": "8388608", "HARKEN_USER_SPOOL_BYTES": "3145728", "HARKEN_UPLOADS_PER_KEY": "2"]

    /// Sends the beginning of an upload, and holds the connection until the test ends it.
    private func upload(_ gateway: TestGateway, key: String, announced: Int) throws -> OpenUpload {
        try OpenUpload(
            port: gateway.port,
            "POST /v1/listen HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token \(key)\r\nContent-Length: \(announced)\r\n\r\nRIFF")
    }

    @Test func `is in an account from the announcement on`() async throws {
        let keys = TestKeys(valid: ["a1", "a2", "b"], users: ["a1": "ann", "a2": "ann", "b": "bob"])
        try await TestGateway.with(ScriptedEngine(), keys: keys, settings: Self.settings) { gateway in
            let budget = gateway.spool.budget
            let first = try upload(gateway, key: "a1", announced: 2 * Self.megabyte)
            try await until { budget.total == 2 * Self.megabyte }
            // Ann's share, by another key.
            let rejected = try await gateway.send(
                .post, "/v1/listen", headers: ["Authorization": "Token a2"], body: [UInt8](repeating: 0, count: 2 * Self.megabyte))
            #expect(rejected.status == 503 && rejected.text.contains("one user"), "\(rejected)")
            // Bob has his.
            let bobs = try upload(gateway, key: "b", announced: 3 * Self.megabyte)
            try await until { budget.total == 5 * Self.megabyte }
            first.close()
            try await until { budget.total == 3 * Self.megabyte }
            bobs.close()
            try await until { budget.total == 0 }
            let files = try FileManager.default.contentsOfDirectory(atPath: gateway.directory + "/spool")
            #expect(files == [])
        }
    }

    @Test func `is not for more uploads of a key at a time than are allowed`() async throws {
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: ["good", "other"]), settings: Self.settings) { gateway in
            let budget = gateway.spool.budget
            let open = try (0..<2).map { _ in try upload(gateway, key: "good", announced: 1_000) }
            try await until { budget.total == 2_000 }
            let body = [UInt8](repeating: 0, count: 100)
            let third = try await gateway.send(.post, "/v1/listen", headers: ["Authorization": "Token good"], body: body)
            #expect(third.status == 429 && third.headers["Retry-After"] == "5", "\(third)")
            let other = try await gateway.send(.post, "/v2/upload", headers: ["Authorization": "other"], body: body)
            #expect(other.status == 200, "\(other)")
            for upload in open { upload.close() }
        }
    }

    @Test func `is counted for bodies of unknown length too`() async throws {
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: ["good"]), settings: Self.settings) { gateway in
            let budget = gateway.spool.budget
            let upload = try OpenUpload(
                port: gateway.port,
                "POST /v1/listen HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token good\r\nTransfer-Encoding: chunked\r\n\r\n")
            let piece = String(repeating: "x", count: 1 << 16)
            for _ in 0..<64 { upload.send("10000\r\n" + piece + "\r\n") }
            upload.send("0\r\n\r\n")
            let answer = await upload.answer()
            #expect(answer.hasPrefix("HTTP/1.1 503") && answer.contains("one user"), "\(answer)")
            upload.close()
            try await until { budget.total == 0 }
        }
    }

    @Test(arguments: ["/v2/upload", "/v1/files", "/v1/audio/transcriptions", "/v3/upload-audio", "/v2/sync-local-files", "/api/v1/jobs"])
    func `is asked for on every route`(path: String) async throws {
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: ["good"]), settings: Self.settings) { gateway in
            let form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
            let answer = try await gateway.send(
                .post, path, headers: ["Authorization": "Bearer good", "Content-Type": "multipart/form-data; boundary=b"],
                body: Array(form.utf8) + [UInt8](repeating: 1, count: 4 * Self.megabyte) + Array("\r\n--b--\r\n".utf8))
            #expect(answer.status == 503 && answer.text.contains("one user"), "\(answer)")
            #expect(gateway.spool.budget.total == 0)
        }
    }

    @Test func `is given back when a recording is done, failed or kept elsewhere`() async throws {
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: ["good"]), settings: Self.settings) { gateway in
            let body = [UInt8](repeating: 0, count: 2 * Self.megabyte)
            for path in ["/v1/listen", "/v1/listen?encoding=banana", "/v2/upload"] {
                _ = try await gateway.send(.post, path, headers: ["Authorization": "Bearer good"], body: body)
                try await until { gateway.spool.budget.total == 0 }
            }
        }
    }

    @Test func `is asked for when frames are decoded, which may be far larger`() async throws {
        let listener = ChunkEngine(.local) { (_, _) async throws(EngineError) in [.at(1, "whispered")] }
        let settings = ["HARKEN_USER_SPOOL_BYTES": "1048576"]
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: ["good"]), settings: settings, recorded: [listener]) { gateway in
            await gateway.resumeJobs()
            let frame: [UInt8] = [0x20, 0x03, 0, 0] + [UInt8](repeating: 0xFF, count: 800)
            let file = (name: OfflineFiles.name(at: 1_710_000_000, "mulaw_8000_1_fs160"), bytes: (0..<1_000).flatMap { _ in frame })
            let state = try await gateway.synchronize([file], key: "good")
            #expect(state.string("status") == "failed" && state.text.contains("one user"), "\(state.text)")
            try await until { gateway.spool.budget.total == 0 }
        }
    }

    @Test func `of recordings that wait is no more than a user's share`() async throws {
        let keys = TestKeys(valid: ["a", "b"], users: ["a": "ann", "b": "bob"])
        try await TestGateway.with(ScriptedEngine(), keys: keys, settings: ["HARKEN_USER_UPLOAD_BYTES": "1048576"]) { gateway in
            let body = [UInt8](repeating: 0, count: 600_000)
            var statuses: [Int] = []
            for key in ["a", "a", "b"] {
                statuses.append(try await gateway.send(.post, "/v2/upload", headers: ["Authorization": key], body: body).status)
            }
            #expect(statuses == [200, 503, 200])
        }
    }

    @Test func `stops while live sessions go on when the disk is nearly full`() async throws {
        // More than any disk has.
        let settings = ["HARKEN_FREE_DISK_BYTES": "1125899906842624"]
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: ["good"]), settings: settings) { gateway in
            let answer = try await gateway.send(.post, "/v1/listen", headers: ["Authorization": "Token good"], body: [1, 2])
            #expect(answer.status == 503 && answer.text.contains("nearly full"), "\(answer)")
            let socket = try await gateway.connect("/ws/transcribe", opening: #"{"type":"auth","token":"good"}"#)
            #expect(await socket.next { $0.contains("ready") } != nil)
            for _ in 0..<20 { socket.send(binary: [UInt8](repeating: 64, count: 3_200)) }
            #expect(await socket.next { $0.contains("w1") } != nil)
            socket.close()
            try await gateway.sessionsEnd()
        }
    }
}

/// A request whose sender takes its time.
private final class OpenUpload: Sendable {
    private let descriptor: Int32

    init(port: UInt16, _ head: String) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let descriptor = descriptor
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        try #require(result == 0)
        send(head)
    }

    func send(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// What comes back first.
    func answer() async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [descriptor] in
                var buffer = [UInt8](repeating: 0, count: 65_536)
                let count = recv(descriptor, &buffer, buffer.count, 0)
                continuation.resume(returning: String(decoding: buffer.prefix(max(0, count)), as: UTF8.self))
            }
        }
    }

    func close() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    deinit { Glibc.close(descriptor) }
}
