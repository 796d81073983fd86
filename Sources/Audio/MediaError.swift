package import Speech

/// The reason why a file or stream gives no audio. The text says what is wrong, for people, without the name of the file.
package enum MediaError: Error, Sendable, Equatable {
    /// The file cannot be read: missing, a folder, no permission, a failing disk.
    case unreadable(String)
    /// The bytes are not audio that can be decoded.
    case undecodable(String)
    /// The audio is longer than the limit, which is the associated value.
    case tooLong(Duration)
    /// No file can be read or decoded at the moment, or no result be written.
    case unavailable(String)
    /// The reading task was cancelled.
    case cancelled
}

extension MediaError {
    static let outOfMemory = MediaError.unreadable("out of memory")
    /// The file has no byte.
    package static let emptyFile = MediaError.undecodable("the file is empty")
    /// The file has a header and no sound behind it.
    package static let noSound = MediaError.undecodable("the recording has no sound, only a header")
}

extension MediaError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let reason), .undecodable(let reason), .unavailable(let reason): reason
        case .tooLong(let limit): "The recording is longer than \(Self.text(of: limit)), the longest that this gateway decodes. Send it in parts."
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
    /// Converts the reason why an engine cannot read its recording.
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
