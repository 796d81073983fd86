import Glibc

/// A value behind a lock.
///
/// Uses an allocated `pthread_mutex_t` instead of `Synchronization.Mutex`: ThreadSanitizer knows the former, and reports false races about the
/// latter.
// Sendable by proof: `value` is reached only in `withLock`, which holds the mutex, and callers must keep Sendable what a closure passes out of the
// lock.
package final class Locked<Value>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    package init(_ value: sending Value) {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        self.value = value
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deinitialize(count: 1)
        mutex.deallocate()
    }

    /// Runs `body` while holding the lock. Keep `body` short, and call nothing in it that takes another lock.
    package func withLock<Result, Failure: Error>(_ body: (inout Value) throws(Failure) -> Result) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
