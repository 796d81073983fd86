package import Speech

/// A timer for a deadline that moves often. Belongs to its loop and is called there only.
///
/// A deadline that moves to a later time costs nothing: the timer that is set stays, and is set anew when it fires too early. What the timer calls is
/// held until the timer has fired or is cancelled.
package final class DeadlineTimer {
    private let loop: Loop
    private var timer: Loop.Timer?
    /// Time at which `timer` fires; not after the deadline.
    private var due: Instant?
    private var deadline: Instant?

    package init(on loop: Loop) { self.loop = loop }

    /// Moves the deadline.
    ///
    /// - Parameters:
    ///   - deadline: the time from which `passed` is called, once; nil: `passed` is not called.
    ///   - passed: does the same in each call.
    package func arm(for deadline: Instant?, _ passed: @escaping () -> Void) {
        guard let deadline else { return cancel() }
        self.deadline = deadline
        if timer != nil, let due, due <= deadline { return }
        timer?.cancel()
        set(passed)
    }

    package func cancel() {
        timer?.cancel()
        timer = nil
    }

    private func set(_ passed: @escaping () -> Void) {
        guard let deadline else { return }
        due = deadline
        timer = loop.schedule(at: deadline) { [self] in
            timer = nil
            if let deadline = self.deadline, deadline > loop.now { set(passed) } else { passed() }
        }
    }
}
