/// An invalid setting, described in one line: its name, its error, and the accepted values.
package struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    package var name: String
    package var problem: String
    /// The accepted values; nil when `problem` says what to do.
    package var accepted: String?

    package init(_ name: String, _ problem: String, accepted: String?) {
        self.name = name
        self.problem = problem
        self.accepted = accepted
    }

    package var description: String { "\(name): \(problem)" + (accepted.map { ": use \($0)" } ?? "") }
}
