/// Holds an object of a loop so that other threads may carry the reference. The object can be reached only on the loop.
// Sendable by proof: `value` is read only after `preconditionCurrent`, so only by the loop's own thread. If another thread drops the last reference,
// the value first goes back to the loop.
package final class LoopBound<Value>: @unchecked Sendable {
    package let loop: Loop
    private var value: Value?

    /// Binds a value to a loop. Loop-confined.
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

    /// Calls `body` with the value on the loop: at once when the caller is on the loop, otherwise later and in order.
    ///
    /// - Returns: false when the loop has ended, and `body` is not called.
    @discardableResult
    package func enter(_ body: @escaping @Sendable (Value) -> Void) -> Bool {
        guard loop.isCurrent else { return loop.execute { _ = self.withValue(body) } }
        _ = withValue(body)
        return true
    }

    /// Calls `body` with the value on the loop and returns its result; nil when the loop has ended, and `body` is not called.
    @discardableResult
    package func run<Result: Sendable>(_ body: @escaping @Sendable (Value) -> Result) async -> Result? {
        await loop.run { self.withValue(body) } ?? nil
    }
}
