/// One audio channel of a session or recording, counted from 0.
package struct ChannelIndex: Hashable, Comparable, Sendable {
    package var number: Int

    package init(_ number: Int) { self.number = number }

    package static let first = ChannelIndex(0)
    package static func < (a: Self, b: Self) -> Bool { a.number < b.number }
}
