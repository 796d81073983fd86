/// Why another server gave no answer.
package enum HTTPClientError: Error, Sendable, Equatable {
    /// Not a URL of `http` or `https`.
    case malformedURL
    /// The name has no address.
    case unresolved
    /// The address is not public, and only public ones are allowed.
    case addressRefused
    /// Nobody answers there.
    case unreachable
    case timedOut
    /// The certificate is not trusted, or TLS failed otherwise; with libcurl's words.
    case tls(String)
    /// More redirections than allowed, or one to a scheme that is not.
    case redirectionRefused
    /// The answer's body is larger than the limit, in bytes.
    case tooLarge(limit: Int)
    /// A file of the request could not be read, or that of the answer not written.
    case file(path: String, SystemError)
    /// The task was cancelled or the client shut down.
    case cancelled
    /// Everything else, as a connection lost; with libcurl's words.
    case failed(String)
}
