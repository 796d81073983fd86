internal import CPostgres
internal import FoundationEssentials

/// The address of a PostgreSQL database: a URL of libpq. The text may have a password and is never shown.
package struct PostgresAddress: Sendable, CustomStringConvertible {
    package static let accepted = "postgres://USER:PASSWORD@HOST/NAME, or unset: SQLite in the data directory"

    let url: String

    /// - Returns: nil when the text is not the URL of a PostgreSQL database.
    package init?(_ url: String) {
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://"), url.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            return nil
        }
        self.url = url
    }

    /// The address without user and password, and without parameters.
    package var description: String {
        let rest = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)[0].drop { $0 != ":" }.dropFirst(3)
        return "postgres://" + (rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest)
    }

    /// Returns the file of the system's certificate authorities, if the server's certificate is to be verified and nothing says by which authorities;
    /// nil: libpq's own rule holds, which knows no authorities but those in the user's home.
    ///
    /// Source: libpq's documentation, section "SSL Support" (PostgreSQL 15). `sslrootcert=system` came with PostgreSQL 16.
    func systemRoots(
        _ environment: [String: String] = ProcessInfo.processInfo.environment,
        exists: (String) -> Bool = { FileManager.default.fileExists(atPath: $0) }
    ) -> String? {
        let parameters = parameters
        let mode = parameters.last { $0.hasPrefix("sslmode=") }.map { String($0.dropFirst("sslmode=".count)) } ?? environment["PGSSLMODE"]
        guard mode == "verify-full" || mode == "verify-ca", (environment["PGSSLROOTCERT"] ?? "").isEmpty else { return nil }
        guard !parameters.contains(where: { $0.hasPrefix("sslrootcert=") }) else { return nil }
        if let home = environment["HOME"], exists(home + "/.postgresql/root.crt") { return nil }
        return [environment["SSL_CERT_FILE"], "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"].compactMap(\.self).first(
            where: exists)
    }

    /// The parameters behind the URL's question mark: `name=value`.
    private var parameters: [Substring] { url.split(separator: "?", maxSplits: 1).dropFirst().joined().split(separator: "&").map { Substring($0) } }

    /// Takes the URL and its password out of a message of libpq.
    func redacted(_ message: String) -> String {
        var secrets = [url]
        let rest = url.drop { $0 != ":" }.dropFirst(3)
        if let at = rest.lastIndex(of: "@"), let colon = rest[..<at].firstIndex(of: ":") {
            secrets.append(String(rest[rest.index(after: colon)..<at]))
        }
        for parameter in parameters where parameter.contains("password=") {
            secrets.append(String(parameter.drop { $0 != "=" }.dropFirst()))
        }
        var message = message
        for secret in secrets where !secret.isEmpty {
            message = message.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "…")
        }
        return message.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }.joined(separator: "; ")
    }
}

/// libpq, which is opened when the first connection is made.
enum PostgresLibrary {
    private static let problem: String? = {
        var reason = [CChar](repeating: 0, count: 512)
        guard cpostgres_open(&reason, reason.count) != 0 else { return nil }
        return String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    static func open() throws(StoreError) {
        if let problem { throw .databaseUnavailable("PostgreSQL's client library cannot be opened: \(problem). Install it: apt-get install libpq5") }
    }
}
