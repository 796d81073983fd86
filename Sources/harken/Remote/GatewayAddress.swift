import Framing
import Net

/// A running gateway, as the user names it: its address, the access key, and the certificates to trust.
struct GatewayAddress: Sendable {
    private static let accepted = "a URL such as http://127.0.0.1:8080 or https://captions.example.org, or HOST:PORT"
    private static let urlOption = Option(
        "--url", "URL", standard: "http://127.0.0.1:8080", variable: "HARKEN_URL", accepts: accepted, "The gateway's address.", parse: url)
    private static let keyOption = Option(key: "--key", "KEY", variable: "HARKEN_KEY", "The access key, if the gateway needs one.")
    private static let authoritiesOption = Option(
        "--ca", "FILE", variable: "HARKEN_CA",
        "Trusts the certificate authorities in FILE (PEM), in place of the system's, for an address with https.")

    private static let choiceOption = Option(
        "--url", "URL", variable: "HARKEN_URL", accepts: accepted,
        "Uses the data of the gateway at this address, through its API, in place of a data directory.", parse: url)

    static let options: [any OptionDescription] = [urlOption, keyOption, authoritiesOption]
    /// Options of commands that can do without a gateway.
    static let choice: [any OptionDescription] = [choiceOption, keyOption, authoritiesOption]

    /// The address without a slash at its end, with one of the schemes `http`, `https`, `ws` and `wss`.
    let url: String
    /// The access key; nil: none.
    let key: String?
    /// Path of the certificate authorities to trust; nil: the system's.
    private let authorities: String?

    init(_ arguments: Arguments) throws(UsageError) {
        self.init(
            try arguments.value(Self.urlOption) ?? "", key: try arguments.value(Self.keyOption)?.text,
            authorities: try arguments.value(Self.authoritiesOption))
    }

    /// Makes the address for a command that can do without a gateway; nil when neither the command line nor the environment names one.
    init?(chosenBy arguments: Arguments) throws(UsageError) {
        guard let url = try arguments.value(Self.choiceOption) else { return nil }
        self.init(url, key: try arguments.value(Self.keyOption)?.text, authorities: try arguments.value(Self.authoritiesOption))
    }

    /// Returns the URL that a user means; nil when the text is not an address. `HOST:PORT` means `http`. A host without a port needs a scheme: a
    /// gateway on a standard port is often one with `https`, and the key must not go to it unencrypted.
    @Sendable private static func url(_ text: String) -> String? {
        let url = text.contains("://") ? text : "http://" + text
        guard let target = WebSocketTarget(url) else { return nil }
        return url == text || text.prefix(while: { $0 != "/" }).hasSuffix(":\(target.port)") ? url : nil
    }

    /// True if the command line itself names a gateway.
    static func isNamed(_ arguments: Arguments) -> Bool { arguments.text(choiceOption) != nil }

    init(_ url: String, key: String? = nil, authorities: String? = nil) {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        self.url = url
        self.key = key
        self.authorities = authorities
    }

    /// The address with `http` or `https`.
    var httpURL: String {
        for (webSocket, http) in [("ws://", "http://"), ("wss://", "https://")] where url.hasPrefix(webSocket) {
            return http + url.dropFirst(webSocket.count)
        }
        return url
    }

    /// The certificates to trust.
    func trust() throws(GatewayError) -> TLSClientContext.Trust {
        guard let authorities else { return .system }
        if let problem = FileIdentity.problem(path: authorities) { throw GatewayError("--ca \(authorities): \(problem)") }
        return .authorities(file: authorities)
    }

    func tls() throws(GatewayError) -> TLSClientContext {
        let trust = try trust()
        do throws(TLSError) { return try TLSClientContext(trust) } catch {
            throw GatewayError("\(error); --ca takes a file of certificates in PEM form")
        }
    }

    /// Makes a client for HTTP requests to the gateway.
    func client() throws(GatewayError) -> HTTPClient {
        // libcurl reports a file that is not a certificate as an untrusted server.
        _ = try tls()
        do throws(HTTPClientError) { return try HTTPClient(authorities: authorities) } catch {
            throw GatewayError("cannot make a connection: \(explain(error))")
        }
    }

    /// Returns the failure of a request in one line for the user.
    func explain(_ error: HTTPClientError) -> String {
        switch error {
        case .unreachable: "no gateway answers at \(url); start one with: harken serve"
        case .unresolved: "the host of \(url) is not found"
        case .timedOut: "\(url) does not answer"
        case .untrusted(let reason): untrusted(reason)
        case .tls(let reason): "TLS with \(url) failed: \(reason)"
        case .malformedURL, .addressRejected: "--url \(url) cannot be used; give a URL such as http://127.0.0.1:8080"
        case .unsendable(let field): "the request to \(url) cannot be sent: \(field)"
        case .redirectionRejected: "\(url) redirects to another address; give that address with --url"
        case .tooLarge(let limit): "\(url) answered with more than \(limit) bytes"
        case .file(let path, let error): "\(path): \(error)"
        case .cancelled: "interrupted"
        case .failed(let reason): "the connection to \(url) broke: \(reason)"
        }
    }

    /// Returns the message for a certificate that is not trusted.
    func untrusted(_ reason: String) -> String {
        let prefix = "SSL certificate problem: "
        let reason = reason.hasPrefix(prefix) ? String(reason.dropFirst(prefix.count)) : reason
        return "the certificate of \(url) is not trusted (\(reason)); if you trust it, give the certificate or its authority with --ca FILE"
    }
}

/// The reason why a gateway could not be used, in one line that says what to do.
struct GatewayError: Error, CustomStringConvertible {
    let description: String
    /// Status code of the gateway's answer; nil: there was no answer, or the fault is another one.
    let status: Int?

    init(_ description: String, status: Int? = nil) {
        self.description = description
        self.status = status
    }

    /// True if the gateway does not admit the caller.
    var isRefusal: Bool { status == 401 || status == 403 }
}
