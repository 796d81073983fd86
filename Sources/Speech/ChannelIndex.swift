/// One audio channel of a session or recording, counted from 0.
public struct ChannelIndex: Hashable, Comparable, Sendable {
    public var number: Int

    public init(_ number: Int) { self.number = number }

    public static let first = ChannelIndex(0)
    public static func < (a: Self, b: Self) -> Bool { a.number < b.number }
}
