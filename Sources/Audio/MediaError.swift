package import Speech

/// Why audio could not be had from a file or stream. The text says what is wrong, for people, without the name of the file.
package enum MediaError: Error, Sendable, Equatable {
    /// The file cannot be read: missing, a folder, no permission, a failing disk.
    case unreadable(String)
    /// The bytes are not audio that can be decoded.
    case undecodable(String)
    /// The audio is longer than this limit.
    case tooLong(Duration)
    /// Nothing can be decoded now, whatever the file is.
    case unavailable(String)
    /// The task that reads was cancelled.
    case cancelled
}

extension MediaError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let reason), .undecodable(let reason), .unavailable(let reason): reason
        case .tooLong(let limit): "The recording is longer than \(Self.text(of: limit)), the longest that is decoded here. Send it in parts."
        case .cancelled: "the reading was cancelled"
        }
    }

    private static func text(of limit: Duration) -> String {
        let hours = limit / .seconds(3_600)
        if hours == 1 { return "1 hour" }
        return hours == hours.rounded() ? "\(Int64(hours)) hours" : "\(Int64(limit / .seconds(1))) seconds"
    }
}

extension EngineError {
    /// An engine that cannot read its recording fails with the same reason.
    package init(_ error: MediaError) {
        self =
            switch error {
            case .unreadable(let reason), .undecodable(let reason): .undecodable(reason)
            case .tooLong: .badRequest(error.description)
            case .unavailable(let reason): .unavailable(reason)
            case .cancelled: .cancelled
            }
    }
}
