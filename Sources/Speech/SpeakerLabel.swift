/// A label by which one engine stream tells speakers apart: a number from 0, with no meaning outside that stream.
public struct SpeakerLabel: Hashable, Sendable {
    public var number: Int

    public init(_ number: Int) { self.number = number }
}
