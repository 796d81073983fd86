/// An invalid setting, described in one line: its name, its error, and the accepted values.
package struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    package var name: String
    package var fault: String
    package var accepted: String

    package init(_ name: String, _ fault: String, accepted: String) {
        self.name = name
        self.fault = fault
        self.accepted = accepted
    }

    package var description: String { "\(name): \(fault): use \(accepted)" }
}
