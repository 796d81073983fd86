/// Something that lives on a loop, in a form that other threads may hold: a reference to be carried around, opened only on the loop.
// Sendable by proof: `value` is read only after `preconditionCurrent`, so only ever by the loop's own thread; letting the last reference go
// elsewhere hands the value back to the loop first.
package final class LoopBound<Value>: @unchecked Sendable {
    package let loop: Loop
    private var value: Value?

    /// Loop-confined.
    package init(_ value: Value, on loop: Loop) {
        loop.preconditionCurrent()
        self.loop = loop
        self.value = value
    }

    deinit {
        guard !loop.isCurrent, let value else { return }
        nonisolated(unsafe) let last = value
        loop.execute { withExtendedLifetime(last) {} }
    }

    /// Calls `body` with the value. Loop-confined.
    package func withValue<Result>(_ body: (Value) throws -> Result) rethrows -> Result? {
        loop.preconditionCurrent()
        return try value.map(body)
    }

    /// Calls `body` with the value on the loop: at once when this is the loop, else later, in order.
    package func enter(_ body: @escaping @Sendable (Value) -> Void) {
        if loop.isCurrent {
            _ = withValue(body)
        } else {
            loop.execute { _ = self.withValue(body) }
        }
    }
}
