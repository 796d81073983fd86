import Glibc

/// A value behind a lock.
///
/// An allocated `pthread_mutex_t` and not `Synchronization.Mutex`: ThreadSanitizer knows the former, and reports races that are none about
/// the latter.
// Sendable by proof: `value` is reached only in `withLock`, which holds the mutex, and what a closure lets out of it is the
// caller's to keep Sendable.
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

    /// Runs `body` alone. Keep it short and call nothing in it that takes another lock.
    package func withLock<Result, Failure: Error>(_ body: (inout Value) throws(Failure) -> Result) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
