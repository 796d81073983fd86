import Framing
import Glibc
import HarkenTesting
import Testing

@testable import Net

@Suite(.hangLimit) struct `HTTP client` {
    private func url(_ server: TestServer, _ path: String = "/", scheme: String = "http", host: String = "127.0.0.1") -> String {
        "\(scheme)://\(host):\(server.address.port)\(path)"
    }

    private func failure(_ request: HTTPClientRequest, authorities: String? = nil) async throws -> HTTPClientError? {
        do throws(HTTPClientError) {
            _ = try await HTTPClient(authorities: authorities).send(request)
            return nil
        } catch {
            return error
        }
    }

    private let folder = TemporaryFolder()

    private func contents(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = read(file, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
        return bytes
    }

    @Test func `sends a request and returns the answer, whatever its status`() async throws {
        let server = try TestServer(
            TestService { exchange in
                exchange.collectBody(limit: 1000) { result in
                    let body = (try? result.get()) ?? []
                    exchange.respond(
                        HTTPResponseHead(.conflict, headers: ["X-Key": exchange.request.headers["Authorization"] ?? "", "X-Empty": ""]),
                        body: Array("\(exchange.request.method) \(exchange.request.target) ".utf8) + body)
                }
            })
        let client = try HTTPClient()
        var request = HTTPClientRequest(.post, url(server, "/a?b=c"), headers: ["Authorization": "Token k"], body: Array("hello".utf8))
        let answer = try await client.send(request)
        #expect(answer.status == .conflict)
        #expect(answer.headers["x-key"] == "Token k")
        #expect(answer.headers["x-empty"] == "")
        #expect(answer.body == Array("POST /a?b=c hello".utf8))
        #expect(answer.byteCount == answer.body.count)
        request = HTTPClientRequest(.delete, url(server, "/d"))
        #expect(try await client.send(request).body == Array("DELETE /d ".utf8))
        request = HTTPClientRequest(.head, url(server, "/h"))
        #expect(try await client.send(request).body.isEmpty)
        request = HTTPClientRequest(.post, url(server, "/e"))
        #expect(try await client.send(request).body == Array("POST /e ".utf8))
    }

    @Test func `uses a connection again, and sends many requests at once`() async throws {
        let server = try TestServer(.echo)
        let client = try HTTPClient()
        let url = url(server)
        for _ in 0..<5 { _ = try await client.send(HTTPClientRequest(.get, url)) }
        #expect(server.server.connectionCount == 1)
        let statuses = await withTaskGroup { group in
            for _ in 0..<30 { group.addTask { try? await client.send(HTTPClientRequest(.get, url)).status } }
            return await group.reduce(into: [HTTPStatus?]()) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: .ok, count: 30))
    }

    @Test func `sends a body that is put together from bytes and files`() async throws {
        let path = folder.path(of: "part")
        let part = [UInt8](repeating: 66, count: 300_000)
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        #expect(write(file, part, part.count) == part.count)
        close(file)
        let server = try TestServer(.echo)
        var request = HTTPClientRequest(.put, url(server))
        request.body = [.bytes(Array("<".utf8)), .file(path: path), .bytes(Array(">".utf8))]
        let answer = try await HTTPClient().send(request)
        #expect(answer.body == Array("PUT / <".utf8) + part + Array(">".utf8))
        request.body = [.file(path: "/nowhere/at/all")]
        #expect(try await failure(request) == .file(path: "/nowhere/at/all", SystemError(call: "stat", code: ENOENT)))
    }

    @Test func `downloads to a file, in bounds`() async throws {
        let server = try TestServer(
            TestService { exchange in
                let status: HTTPStatus = exchange.request.path == "/missing" ? .notFound : .ok
                exchange.begin(HTTPResponseHead(status))
                for _ in 0..<10 { exchange.write([UInt8](repeating: 67, count: 100_000)) }
                exchange.finish()
            })
        let path = folder.path(of: "download")
        var request = HTTPClientRequest(.get, url(server))
        request.destination = .file(path: path)
        let answer = try await HTTPClient().send(request)
        #expect(answer.byteCount == 1_000_000)
        #expect(answer.body.isEmpty)
        #expect(contents(path) == [UInt8](repeating: 67, count: 1_000_000))
        request.responseLimit = 999_999
        #expect(try await failure(request) == .tooLarge(limit: 999_999))
        request.destination = .memory
        #expect(try await failure(request) == .tooLarge(limit: 999_999))
        request.url = url(server, "/missing")
        request.destination = .file(path: path + "-none")
        let missing = try await HTTPClient().send(request)
        #expect(missing.status == .notFound)
        #expect(missing.body.count == 65536)
        #expect(contents(path + "-none") == nil)
    }

    @Test(arguments: ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "0.0.0.0"])
    func `rejects addresses that are not public, after the name was resolved`(host: String) async throws {
        let reached = Signal<Void>()
        let server = try TestServer(
            TestService { exchange in
                reached.send()
                exchange.respond(HTTPResponseHead(.ok))
            })
        var request = HTTPClientRequest(.get, url(server, host: host))
        request.reach = .publicOnly
        #expect(try await failure(request) == .addressRejected)
        #expect(reached.isEmpty)
    }

    @Test func `does not borrow a connection that was allowed more`() async throws {
        let server = try TestServer(.echo)
        let client = try HTTPClient()
        var request = HTTPClientRequest(.get, url(server))
        _ = try await client.send(request)
        request.reach = .publicOnly
        await #expect(throws: HTTPClientError.addressRejected) { try await client.send(request) }
        request.reach = .publicAnd([.loopback])
        #expect(try await client.send(request).status == .ok)
    }

    @Test func `follows redirections only when told, and each hop is judged`() async throws {
        let target = try TestServer(.echo)
        let address = target.address
        let server = try TestServer(
            TestService { exchange in
                let location =
                    switch exchange.request.path {
                    case "/loop": "/loop"
                    case "/file": "file:///etc/passwd"
                    case "/other": "http://127.0.0.2:\(address.port)/"
                    default: "http://\(address)/there"
                    }
                exchange.respond(HTTPResponseHead(.found, headers: ["Location": location]))
            })
        var request = HTTPClientRequest(.get, url(server))
        #expect(try await HTTPClient().send(request).status == .found)
        request.redirects = .followed(limit: 3)
        let answer = try await HTTPClient().send(request)
        #expect(answer.body == Array("GET /there ".utf8))
        #expect(answer.url == "http://\(address)/there")
        request.url = url(server, "/loop")
        #expect(try await failure(request) == .redirectionRejected)
        request.url = url(server, "/file")
        #expect(try await failure(request) == .redirectionRejected)
        request.url = url(server, "/other")
        request.reach = .publicAnd([.loopback])
        #expect(try await failure(request) == .addressRejected)
    }

    @Test(arguments: ["k\n", "k\r\nX-Smuggled: 1", "k\nother", "k\u{7F}"])
    func `refuses a header that cannot be sent, in place of leaving it out`(key: String) async throws {
        let reached = Signal<Void>()
        let server = try TestServer(
            TestService { exchange in
                reached.send()
                exchange.respond(HTTPResponseHead(.ok))
            })
        var request = HTTPClientRequest(.get, url(server), headers: ["Authorization": "Token " + key, "X-Other": "1"])
        #expect(try await failure(request) == .unsendable(UnsendableField(name: "Authorization")))
        request.headers = [:]
        request.signature = RequestSignature(keyID: key, secret: "s", region: "r", service: "s3")
        #expect(try await failure(request) == .unsendable(UnsendableField(name: "Authorization")))
        request.signature = RequestSignature(keyID: "k", secret: "s", sessionToken: key, region: "r", service: "s3")
        #expect(try await failure(request) == .unsendable(UnsendableField(name: "x-amz-security-token")))
        #expect(reached.isEmpty)
    }

    @Test func `says why there is no answer`() async throws {
        #expect(try await failure(HTTPClientRequest(.get, "file:///etc/passwd")) == .malformedURL)
        #expect(try await failure(HTTPClientRequest(.get, "http://a/ b")) == .malformedURL)
        #expect(try await failure(HTTPClientRequest(.get, "http://nowhere.invalid/")) == .unresolved)
        #expect(try await failure(HTTPClientRequest(.get, "http://127.0.0.1:1/")) == .unreachable)
        let silent = try TestServer(TestService { _ in })
        var request = HTTPClientRequest(.get, url(silent))
        request.timeout = .milliseconds(50)
        #expect(try await failure(request) == .timedOut)
    }

    @Test func `ends a transfer whose task is cancelled, and all when it shuts down`() async throws {
        let aborted = Signal<Void>()
        let started = Signal<Void>()
        let server = try TestServer(
            TestService { exchange in
                exchange.onAbort = { aborted.send() }
                started.send()
            }
        ) { $0.halfCloseGrace = .milliseconds(10) }
        let client = try HTTPClient()
        let request = HTTPClientRequest(.get, url(server))
        for isShutDown in [false, true] {
            let task = Task { () -> HTTPClientError? in
                do throws(HTTPClientError) {
                    _ = try await client.send(request)
                    return nil
                } catch {
                    return error
                }
            }
            #expect(await started.value() != nil)
            if isShutDown { client.shutdown() } else { task.cancel() }
            #expect(await task.value == .cancelled)
            #expect(await aborted.value() != nil)
        }
        await #expect(throws: HTTPClientError.cancelled) { try await client.send(request) }
    }

    @Test(.needs(TestCertificate.isPossible, TestCertificate.needed)) func `trusts whom it is told to trust`() async throws {
        let certificate = try TestCertificate.make()
        defer { withExtendedLifetime(certificate) {} }
        let context = try TLSServerContext(certificateFile: certificate.certificateFile, keyFile: certificate.keyFile)
        let server = try TestServer(.echo) { $0.tls = context }
        let request = HTTPClientRequest(.post, url(server, scheme: "https", host: "localhost"), body: [UInt8](repeating: 68, count: 900_000))
        guard case .untrusted = try await failure(request) else {
            Issue.record("connected")
            return
        }
        let answer = try await HTTPClient(authorities: certificate.certificateFile).send(request)
        #expect(answer.byteCount == 900_007)
    }
}
