package import Speech

/// Why audio could not be had from a file or stream. The text says what is wrong, for people, without the name of the file.
package enum MediaError: Error, Sendable, Equatable {
    /// The file cannot be read: missing, a folder, no permission, a failing disk.
    case unreadable(String)
    /// The bytes are not audio that can be decoded.
    case undecodable(String)
    /// The task that reads was cancelled.
    case cancelled
}

extension MediaError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let reason), .undecodable(let reason): reason
        case .cancelled: "the reading was cancelled"
        }
    }
}

extension EngineError {
    /// An engine that cannot read its recording fails with the same reason.
    package init(_ error: MediaError) {
        self =
            switch error {
            case .unreadable(let reason), .undecodable(let reason): .undecodable(reason)
            case .cancelled: .cancelled
            }
    }
}
