import Foundation
import FoundationNetworking
import HarkenTesting
import Testing

/// `harken serve` as a process: what a signal or the system's limits change.
@Suite(.needs(BuiltProgram.isThere, "the program was not built"), .hangLimit) struct `Serving process` {
    private let folder = TemporaryFolder()
    private var environment: [String: String] {
        ["HOME": folder.path, "HARKEN_DATA": folder.path(of: "data"), "HARKEN_MODELS": "/nowhere", "HARKEN_LOOPS": "2"]
    }
    private var certificate: String { folder.path(of: "certificate.pem") }
    private var key: String { folder.path(of: "key.pem") }

    private static let hasOpenSSL = (try? ChildProcess.run(["openssl", "version"]))?.status == 0

    private func makeCertificate(name: String) throws {
        let made = try ChildProcess.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=" + name,
            "-keyout", key, "-out", certificate,
        ])
        try #require(made.status == 0, "\(made.diagnostics)")
    }

    /// With SIGHUP as it is by default: those that run tests may ignore it, and their children would too.
    private func serve(_ options: String...) throws -> ChildProcess {
        try ChildProcess(
            ["/usr/bin/env", "--default-signal=HUP", BuiltProgram.path, "serve", "--listen", "127.0.0.1:0"] + options,
            environment: ["PATH": "/usr/bin:/bin"].merging(environment) { $1 })
    }

    /// Waits until the process has written `count` lines with `text` to standard error.
    private func hasSaid(_ text: String, times count: Int = 1, _ process: ChildProcess) async throws -> Bool {
        var isSaid = false
        try await until(showing: process.diagnostics) {
            let hasEnded = !process.isRunning
            isSaid = process.diagnostics.ranges(of: text).count >= count
            return isSaid || hasEnded
        }
        return isSaid
    }

    /// The name in the certificate that is served to a new connection.
    private func servedName(_ address: String) throws -> String? {
        let outcome = try ChildProcess.run(["openssl", "s_client", "-connect", address])
        return outcome.output.split(separator: "\n").first { $0.hasPrefix("subject=") }.flatMap { $0.split(separator: "=").last }.map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }

    @Test(.needs(hasOpenSSL, "the openssl program is missing"))
    func `reads its certificate again at SIGHUP, and keeps the old one when it cannot`() async throws {
        try makeCertificate(name: "first")
        let gateway = try serve("--tls-cert", certificate, "--tls-key", key)
        let address = try #require(try await gateway.line(beginning: "harken: ready on https://"))
        #expect(try servedName(address) == "first")

        try makeCertificate(name: "second")
        #expect(try servedName(address) == "first")
        gateway.signal(SIGHUP)
        #expect(try await hasSaid("certificate reloaded", gateway))
        #expect(try servedName(address) == "second")

        try "no certificate".write(toFile: certificate, atomically: true, encoding: .utf8)
        gateway.signal(SIGHUP)
        #expect(try await hasSaid("certificate not reloaded", gateway))
        try FileManager.default.removeItem(atPath: key)
        gateway.signal(SIGHUP)
        #expect(try await hasSaid("certificate not reloaded", times: 2, gateway))
        // Nobody writes the pipe: a gateway that opened it would wait.
        try makeCertificate(name: "third")
        try FileManager.default.removeItem(atPath: key)
        try #require(mkfifo(key, 0o600) == 0)
        gateway.signal(SIGHUP)
        #expect(try await hasSaid("certificate not reloaded", times: 3, gateway))
        #expect(try servedName(address) == "second")

        gateway.signal(SIGTERM)
        #expect(await gateway.outcome().status == 0)
    }

    @Test func `goes on after SIGHUP without a certificate`() async throws {
        let gateway = try serve()
        let address = try #require(try await gateway.line(beginning: "harken: ready on "))
        let url = try #require(URL(string: address + "/health"))
        for _ in 0..<3 {
            gateway.signal(SIGHUP)
            let (_, response) = try await URLSession.shared.data(from: url)
            #expect((response as? HTTPURLResponse)?.statusCode == 200)
        }
        gateway.signal(SIGTERM)
        #expect(await gateway.outcome().status == 0)
    }

    @Test func `has room for fewer sessions than it may have when the system allows few files, and says so`() async throws {
        let gateway = try ChildProcess(
            ["/bin/sh", "-c", "ulimit -n 300; exec \"$0\" serve --listen 127.0.0.1:0", BuiltProgram.path],
            environment: ["PATH": "/usr/bin:/bin"].merging(environment) { $1 })
        #expect(try await gateway.line(beginning: "harken: ready on ") != nil)
        let line = try #require(try await gateway.line(beginning: "{", containing: "fewer live sessions"))
        #expect(line.contains(#""count":"145""#))
        #expect(line.contains(#""files":"300""#))
        let started = try #require(try await gateway.line(beginning: "{", containing: "gateway started"))
        #expect(started.contains(#""sessions":"145""#), "\(started)")
        gateway.signal(SIGTERM)
        #expect(await gateway.outcome().status == 0)
    }
}
