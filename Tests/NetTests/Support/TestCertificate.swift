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
        let status = run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=" + name,
            "-addext", "subjectAltName=" + subject, "-keyout", made.keyFile, "-out", made.certificateFile,
        ])
        return status == 0 ? made : nil
    }
}

/// Runs a program, its output dropped, and returns its exit status.
func run(_ arguments: [String]) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor: Int32 in [0, 1, 2] { posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0) }
    var pointers = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var process = pid_t()
    guard posix_spawnp(&process, arguments[0], &actions, nil, &pointers, environ) == 0 else { return -1 }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status >> 8 & 255
}
