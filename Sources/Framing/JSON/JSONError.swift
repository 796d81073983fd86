/// Why bytes are not a JSON document that is taken here.
package enum JSONError: Error, Sendable, Equatable {
    /// - Parameters:
    ///   - position: where it was noticed, in bytes from the start.
    ///   - line: the same, counted from 1.
    ///   - problem: for people; names what stands there.
    case malformed(position: Int, line: Int, problem: String)
    /// Arrays and objects inside each other.
    case tooDeep(position: Int, limit: Int)
    /// In bytes.
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
