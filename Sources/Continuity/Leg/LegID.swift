/// Identifier of a leg in actions and events. Never used twice in a session, so an event of a leg that is gone is recognised as such.
package struct LegID: Hashable, Sendable {
    package var number: Int

    package init(_ number: Int) { self.number = number }
}
