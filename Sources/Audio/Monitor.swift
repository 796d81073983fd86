#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// State behind a lock, and threads that wait for it to change.
///
/// `pthread` and not `Synchronization.Mutex`, which cannot be waited on.
package final class Monitor<State>: @unchecked Sendable {
    // Unchecked: `state` is touched only in `withLock`, with the mutex held; the two C objects are made for use from any thread, and stay
    // where they are until `deinit`, when nobody else has a reference.
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

    /// Waits until `body` has something to give. It is asked again whenever something was signalled.
    package func wait<R>(for body: (inout State) -> R?) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            pthread_cond_wait(changed, mutex)
        }
    }

    /// Wakes one waiting thread; two calls wake two.
    package func signal() { pthread_cond_signal(changed) }
    package func signalAll() { pthread_cond_broadcast(changed) }
}
