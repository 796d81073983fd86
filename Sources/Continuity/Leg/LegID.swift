/// Identifier of the leg of a session that an action or an event belongs to. Never used twice in a session, so an event of a leg that is gone is
/// recognised.
package struct LegID: Hashable, Sendable {
    package var number: Int

    package init(_ number: Int) { self.number = number }
}
