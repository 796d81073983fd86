package import Framing

/// The reason for which a request to another server got no answer.
package enum HTTPClientError: Error, Sendable, Equatable {
    /// The text is not an `http` or `https` URL.
    case malformedURL
    /// A header cannot be sent; nothing was sent.
    case unsendable(UnsendableField)
    /// The name has no address.
    case unresolved
    /// The address is not public, and only public ones are allowed.
    case addressRejected
    /// No server answers at the address.
    case unreachable
    case timedOut
    /// The server's certificate is not trusted; with libcurl's words.
    case untrusted(String)
    /// TLS failed otherwise; with libcurl's words.
    case tls(String)
    /// There were more redirections than allowed, or one to a scheme that is not allowed.
    case redirectionRejected
    /// The answer's body is larger than the limit, in bytes.
    case tooLarge(limit: Int)
    /// A file of the request could not be read, or the answer's file could not be written.
    case file(path: String, SystemError)
    /// The task was cancelled or the client shut down.
    case cancelled
    /// Any other failure, such as a lost connection; with libcurl's words.
    case failed(String)
}

extension HTTPClientError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformedURL: "the address is not a URL of http or https"
        case .unsendable(let field): "\(field)"
        case .unresolved: "the host is not found"
        case .addressRejected: "the address is not public"
        case .unreachable: "no server answers"
        case .timedOut: "the server takes too long"
        case .untrusted(let reason): "the certificate is not trusted: \(reason)"
        case .tls(let reason): "TLS failed: \(reason)"
        case .redirectionRejected: "the redirection is not allowed"
        case .tooLarge(let limit): "the answer has more than \(limit) bytes"
        case .file(let path, let error): "\(path): \(error)"
        case .cancelled: "the request was cancelled"
        case .failed(let reason): reason
        }
    }
}
