internal import Net
internal import Synchronization

/// A wait for a task that ends at a time of a loop's clock.
enum BoundedWait {
    private final class Answer<Value: Sendable>: Sendable {
        private let waiting = Mutex<CheckedContinuation<Value?, Never>?>(nil)

        func wait(_ continuation: CheckedContinuation<Value?, Never>) { waiting.withLock { $0 = continuation } }

        func give(_ value: Value?) {
            let continuation = waiting.withLock { waiting in
                defer { waiting = nil }
                return waiting
            }
            continuation?.resume(returning: value)
        }
    }

    /// Returns the task's value; nil when the task is not done in time. The task goes on.
    static func value<Value: Sendable>(of task: Task<Value, Never>, within limit: Duration, on loop: Loop) async -> Value? {
        let answer = Answer<Value>()
        return await withCheckedContinuation { continuation in
            answer.wait(continuation)
            loop.execute { loop.schedule(at: loop.now + limit) { answer.give(nil) } }
            Task { answer.give(await task.value) }
        }
    }
}
