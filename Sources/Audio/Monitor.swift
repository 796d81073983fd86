#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// State behind a lock, for threads that wait until the state changes.
///
/// Uses `pthread`, because a thread cannot wait on `Synchronization.Mutex` for a change.
package final class Monitor<State>: @unchecked Sendable {
    // Unchecked: `state` is touched only while the mutex is held, in `withLock` and `wait`. Any thread may use the two C objects; they keep their
    // addresses until `deinit`, when no other reference exists.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    package init(_ state: State) {
        self.state = state
        mutex = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(changed)
        mutex.deallocate()
        changed.deallocate()
    }

    package func withLock<R>(_ body: (inout State) -> R) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Waits until `body` returns a value. `body` is called again after each signal.
    package func wait<R>(for body: (inout State) -> R?) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            pthread_cond_wait(changed, mutex)
        }
    }

    /// Wakes one waiting thread. Two calls wake two threads.
    package func signal() { pthread_cond_signal(changed) }
    package func signalAll() { pthread_cond_broadcast(changed) }
}
