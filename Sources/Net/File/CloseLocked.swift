internal import Glibc

/// Releases the lock of a file, and closes it.
///
/// A child process that was forked a moment ago has the file open too, until it runs its own program: closing alone would leave it the lock.
package func closeLocked(_ descriptor: Int32) {
    flock(descriptor, LOCK_UN)
    close(descriptor)
}
