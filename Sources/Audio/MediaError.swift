#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif
package import Speech

/// The reason why a file or stream gives no audio. The text says what is wrong, for people, without the name of the file.
package enum MediaError: Error, Sendable, Equatable {
    /// The recording cannot be read: its file is missing, a folder, without permission, on a failing disk.
    case unreadable(String)
    /// The bytes are not audio that can be decoded.
    case undecodable(String)
    /// The audio is longer than the limit, which is the associated value.
    case tooLong(Duration)
    /// This machine cannot read or decode now, or write the result: no memory, too many open files, a full disk. It is not the recording's fault.
    /// A decoding process with a limit of its own says `undecodable` where that limit is reached.
    case unavailable(String)
    /// The reading task was cancelled.
    case cancelled
}

extension MediaError {
    static let outOfMemory = MediaError.unavailable("out of memory")

    /// Returns the error for a file that cannot be opened or read.
    ///
    /// - Parameters:
    ///   - reason: what cannot be done.
    ///   - code: the value of `errno`.
    package static func opening(_ reason: String, _ code: Int32) -> MediaError {
        switch code {
        case EMFILE, ENFILE, ENOMEM, EINTR, EAGAIN: .unavailable(reason)
        default: .unreadable(reason)
        }
    }

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
