/// The reason for which a connection broke.
package enum ConnectionError: Error, Sendable, Equatable {
    case system(SystemError)
    case tls(TLSError)
    /// The peer accepted no byte of the waiting output during the write time-out.
    case writeTimedOut
}

extension ConnectionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .system(let error): "\(error)"
        case .tls(let error): "\(error)"
        case .writeTimedOut: "the other side accepted no data in time"
        }
    }
}
