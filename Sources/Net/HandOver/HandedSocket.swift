/// An open descriptor that one process hands to another.
package struct HandedSocket: Sendable, Equatable {
    /// Purpose of the descriptor, in the words of both processes.
    package let purpose: String
    package let descriptor: Int32

    package init(purpose: String, descriptor: Int32) {
        self.purpose = purpose
        self.descriptor = descriptor
    }
}

/// Reason why no sockets were handed over.
package enum HandOverError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No process listens at the path.
    case nobody(path: String)
    /// The process at the other end refuses, for this reason.
    case rejected(String)
    /// The process at the other end did not finish the exchange.
    case brokenOff
    case failed(SystemError)

    package var description: String {
        switch self {
        case .nobody(let path): "no process hands over its sockets at \(path)"
        case .rejected(let reason): "the running process refused: \(reason)"
        case .brokenOff: "the running process ended the exchange"
        case .failed(let error): "\(error)"
        }
    }
}
