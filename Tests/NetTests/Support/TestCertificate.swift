import HarkenTesting
import Testing

/// A certificate signed by itself, made anew for each test.
struct TestCertificate {
    let certificateFile: String
    let keyFile: String
    private let folder = TemporaryFolder()

    static let isPossible = (try? ChildProcess.run(["openssl", "version"]))?.status == 0
    static let needed: Comment = "the openssl program is missing"

    /// For `localhost` and 127.0.0.1.
    static func make() throws -> TestCertificate { try TestCertificate(name: "localhost", subject: "DNS:localhost,IP:127.0.0.1") }
    /// For another name.
    static func foreign() throws -> TestCertificate { try TestCertificate(name: "other", subject: "DNS:other.example") }

    private init(name: String, subject: String) throws {
        certificateFile = folder.path(of: "certificate.pem")
        keyFile = folder.path(of: "key.pem")
        let made = try ChildProcess.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=" + name,
            "-addext", "subjectAltName=" + subject, "-keyout", keyFile, "-out", certificateFile,
        ])
        try #require(made.status == 0, "\(made.diagnostics)")
    }
}
