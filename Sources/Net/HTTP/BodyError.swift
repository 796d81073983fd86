/// The reason for which a request's body did not arrive completely.
package enum BodyError: Error, Equatable, Sendable {
    /// The body is larger than the reader's limit, in bytes. Answer with 413; the rest is not read.
    case tooLarge(limit: Int)
    /// The chunked coding is broken. Answer with 400.
    case malformed
    /// Nothing came during the server's `bodyTimeout`. Answer with 408.
    case timedOut
    /// The client closed the connection. No answer can reach it.
    case aborted
}
