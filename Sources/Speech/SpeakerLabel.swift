/// A speaker as one engine stream tells speakers apart: a number from 0, with no meaning outside that stream.
package struct SpeakerLabel: Hashable, Sendable {
    package var number: Int

    package init(_ number: Int) { self.number = number }
}
