import Framing
import Glibc
import HarkenTesting
import Testing

@testable import Net

@Suite(.hangLimit) struct `Clients in wide use` {
    private static let hasCurl = (try? ChildProcess.run(["curl", "--version"]))?.status == 0

    private static let repository = "\(#filePath)".split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 }

    /// The interpreter of the virtual environment that `scripts/play --python clients` makes, named for the pinned requirements.
    private static let python: String? = {
        let variable = { name in getenv(name).map { String(cString: $0) } }
        let cache = variable("HARKEN_CACHE") ?? (variable("XDG_CACHE_HOME") ?? (variable("HOME") ?? "") + "/.cache") + "/harken"
        guard let digest = try? ChildProcess.run(["sha256sum", repository + "/conformance/requirements.txt"]), digest.status == 0 else { return nil }
        let interpreter = "\(cache)/venv-\(digest.output.prefix(16))/bin/python"
        return access(interpreter, X_OK) == 0 ? interpreter : nil
    }()

    /// `/ws` echoes messages, and closes on `close CODE REASON`; everything else echoes the request.
    private static let service = TestService { exchange in
        guard exchange.request.path == "/ws" else { return TestService.echo.handle(exchange) }
        let handler = TestHandler(
            onText: { connection, text in
                let message = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                let words = message.split(separator: " ")
                if words.count == 3, words[0] == "close", let code = UInt16(words[1]) {
                    return connection.close(code: code, reason: String(words[2]))
                }
                connection.send(text: text)
            }, onBinary: { $0.send(binary: $1) })
        _ = exchange.acceptWebSocket(subprotocol: exchange.offeredSubprotocols.first, handler: handler)
    }

    /// What it wrote to standard output; if that is nothing, what it said was wrong.
    private func curl(_ server: TestServer, _ arguments: String..., path: String = "/x") throws -> String {
        let outcome = try ChildProcess.run(["curl", "-s", "-S", "-k", "--max-time", "120"] + arguments + ["http://\(server.address)\(path)"])
        return outcome.output.isEmpty ? outcome.diagnostics : outcome.output
    }

    @Test(.needs(hasCurl, "the curl program is missing"))
    func `curl: HEAD, HTTP 1.0, chunked and expecting uploads, kept connections`() throws {
        let server = try TestServer(Self.service)
        #expect(try curl(server) == "GET /x ")
        #expect(try curl(server, "--http1.0") == "GET /x ")
        #expect(try curl(server, "-I").contains("Content-Length: 8\r\n"))
        #expect(try curl(server, "-d", "a=b", "-H", "Transfer-Encoding: chunked") == "POST /x a=b")
        #expect(try curl(server, "-d", "body", "-H", "Expect: 100-continue", "--expect100-timeout", "60") == "POST /x body")
        #expect(try curl(server, "-o", "/dev/null", "-w", "%{num_connects}", "http://\(server.address)/y", "-o", "/dev/null").hasSuffix("10"))
        #expect(try curl(server, "--path-as-is", path: "/../etc/passwd").contains("\"error\""))
    }

    @Test(.needs(hasCurl && TestCertificate.isPossible, "the curl or openssl program is missing"))
    func `curl: TLS, also when it would rather speak HTTP/2`() throws {
        let certificate = try TestCertificate.make()
        defer { withExtendedLifetime(certificate) {} }
        let context = try TLSServerContext(certificateFile: certificate.certificateFile, keyFile: certificate.keyFile)
        let server = try TestServer(Self.service) { $0.tls = context }
        let arguments = ["--cacert", certificate.certificateFile, "--http2", "https://localhost:\(server.address.port)/x"]
        #expect(try ChildProcess.run(["curl", "-s", "-S"] + arguments).output == "GET /x ")
        #expect(try ChildProcess.run(["curl", "-s", "https://localhost:\(server.address.port)/x"]).status == 60)
        #expect(try ChildProcess.run(["curl", "-s", "--tls-max", "1.1"] + arguments).status == 35)
    }

    @Test(.needs(python != nil, "the Python of scripts/play --python clients is not there")) func `websockets, aiohttp and httpx`() throws {
        let server = try TestServer(loops: 2, Self.service)
        let script = Self.repository + "/conformance/net/clients.py"
        let outcome = try ChildProcess.run([try #require(Self.python), script, "\(server.address.port)"])
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.diagnostics)")
    }
}
