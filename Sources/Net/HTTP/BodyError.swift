/// Why a request's body did not arrive whole.
package enum BodyError: Error, Equatable, Sendable {
    /// More than the reader's limit, in bytes. Answer 413; the rest is not read.
    case tooLarge(limit: Int)
    /// The chunked coding is broken. Answer 400.
    case malformed
    /// Nothing came for the server's `bodyTimeout`. Answer 408.
    case timedOut
    /// The client went away. No answer can reach it.
    case aborted
}
