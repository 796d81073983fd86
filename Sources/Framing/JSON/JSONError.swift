/// The reason for which bytes are not an acceptable JSON document.
package enum JSONError: Error, Sendable, Equatable {
    /// - Parameters:
    ///   - position: the place of the error, in bytes from the start.
    ///   - line: the line of the error, counted from 1.
    ///   - problem: text for people that quotes the place.
    case malformed(position: Int, line: Int, problem: String)
    /// Arrays and objects nest deeper than `limit`.
    case tooDeep(position: Int, limit: Int)
    /// The document is larger than `limit` bytes.
    case tooLarge(limit: Int)
}

extension JSONError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let position, let line, let problem): "Not JSON at byte \(position), line \(line): \(problem)"
        case .tooDeep(let position, let limit): "JSON nests deeper than \(limit) levels at byte \(position)."
        case .tooLarge(let limit): "JSON is larger than \(limit) bytes."
        }
    }
}
