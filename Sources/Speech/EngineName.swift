/// An engine's name in configuration, routes and reports: `local`, `deepgram`.
public struct EngineName: Hashable, Sendable, CustomStringConvertible {
    public var rawValue: String

    public init(_ rawValue: String) { self.rawValue = rawValue.lowercased() }

    public static let local = EngineName("local")
    /// The engine of sessions whose client sends its own transcript.
    package static let client = EngineName("client")

    /// True if the work of the engine with this name is free.
    package var isFree: Bool { self == .local || self == .client }

    public var description: String { rawValue }
}
