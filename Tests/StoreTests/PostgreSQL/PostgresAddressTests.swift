import Testing

@testable import Store

@Suite struct `A database's address` {
    private static let debian = "/etc/ssl/certs/ca-certificates.crt", fedora = "/etc/pki/tls/certs/ca-bundle.crt"

    /// Parameters of the URL, variables, the files that are there, and the authorities by which the server is verified; nil: libpq's own rule.
    private static let rows: [(String, [String: String], Set<String>, String?)] = [
        ("", [:], [debian], nil), ("?sslmode=require", [:], [debian], nil), ("?sslmode=verify-full", [:], [debian, fedora], debian),
        ("?connect_timeout=5&sslmode=verify-ca", [:], [fedora], fedora), ("?sslmode=verify-full", [:], [], nil),
        ("?sslmode=verify-full&sslrootcert=/own.pem", [:], [debian], nil), ("?sslrootcert=/own.pem&sslmode=verify-full", [:], [debian], nil),
        ("?sslmode=verify-full", ["PGSSLROOTCERT": "/own.pem"], [debian], nil), ("?sslmode=verify-full", ["PGSSLROOTCERT": ""], [debian], debian),
        ("", ["PGSSLMODE": "verify-full"], [debian], debian), ("?sslmode=disable", ["PGSSLMODE": "verify-full"], [debian], nil),
        ("?sslmode=verify-full", ["HOME": "/home/ann"], [debian, "/home/ann/.postgresql/root.crt"], nil),
        ("?sslmode=verify-full", ["HOME": "/home/ann"], [debian], debian),
        ("?sslmode=verify-full", ["SSL_CERT_FILE": "/authorities.pem"], [debian, "/authorities.pem"], "/authorities.pem"),
        ("?sslmode=verify-full", ["SSL_CERT_FILE": "/gone.pem"], [debian], debian),
    ]

    @Test(arguments: rows) func `has the system's authorities where it is to verify and names none itself`(
        parameters: String, environment: [String: String], files: Set<String>, authorities: String?
    ) throws {
        let address = try #require(PostgresAddress("postgres://ann:secret@db.example.org/harken" + parameters))
        #expect(address.systemRoots(environment) { files.contains($0) } == authorities)
    }
}
