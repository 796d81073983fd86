package import Speech

extension Timeout {
    /// Creates a timeout by a loop's clock. After the loop's end no timer fires.
    package init(on loop: Loop) {
        self.init(start: { limit, passed in
            // Reached on the loop only, which holds the timer as long as it is armed.
            nonisolated(unsafe) let timer = DeadlineTimer(on: loop)
            loop.execute { timer.arm(for: loop.now + limit, passed) }
            return { loop.execute { timer.cancel() } }
        })
    }
}
