import Glibc
import Testing

/// A certificate for `localhost` and 127.0.0.1, signed by itself, made anew for each run of the tests.
struct TestCertificate {
    let certificateFile: String
    let keyFile: String

    static let shared = make(name: "localhost", subject: "DNS:localhost,IP:127.0.0.1")
    /// For another name.
    static let foreign = make(name: "other", subject: "DNS:other.example")

    private static func make(name: String, subject: String) -> TestCertificate? {
        var template = Array("/tmp/harken-net-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let made = TestCertificate(certificateFile: folder + "/certificate.pem", keyFile: folder + "/key.pem")
        let (status, _) = run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=" + name,
            "-addext", "subjectAltName=" + subject, "-keyout", made.keyFile, "-out", made.certificateFile,
        ])
        return status == 0 ? made : nil
    }
}
