package import Net

/// The reason why a recording cannot be kept on the disk, or read from it.
package enum SpoolError: Error, Sendable, Equatable {
    case disk(SystemError)
    /// Another process has the recording open.
    case inUse(String)
    /// The folder has no recording that this version can read.
    case unreadable(String)
}

extension SpoolError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .disk(let error): "recordings cannot be kept on the disk: \(error)"
        case .inUse(let path): "another harken record has \(path) open"
        case .unreadable(let path): "\(path) has no readable recording"
        }
    }
}
