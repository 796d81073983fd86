/// What an engine is called in configuration, routes and reports: `local`, `deepgram`.
package struct EngineName: Hashable, Sendable, CustomStringConvertible {
    package var rawValue: String

    package init(_ rawValue: String) { self.rawValue = rawValue.lowercased() }

    package static let local = EngineName("local")

    package var description: String { rawValue }
}
