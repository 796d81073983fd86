/// Why a connection broke.
package enum ConnectionFailure: Error, Sendable, Equatable {
    case system(SystemError)
    case tls(TLSError)
    /// The peer took no byte of what waits for the write time-out.
    case writeTimedOut
}
