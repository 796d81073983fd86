/// An engine's name in configuration, routes and reports: `local`, `deepgram`.
public struct EngineName: Hashable, Sendable, CustomStringConvertible {
    public var rawValue: String

    public init(_ rawValue: String) { self.rawValue = rawValue.lowercased() }

    public static let local = EngineName("local")

    public var description: String { rawValue }
}
