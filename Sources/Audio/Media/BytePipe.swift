#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// Bytes between the loop that receives them and the thread that decodes them. The writer never waits; the reader does.
///
/// `@unchecked Sendable`: every field is read and written under `mutex` only.
final class BytePipe: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var bytes: [UInt8] = []
    /// How many of `bytes` were read.
    private var offset = 0
    private var isFinished = false
    private var isCancelled = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Bytes written and not yet read.
    var count: Int { locked { bytes.count - offset } }

    func write(_ span: RawSpan) {
        span.withUnsafeBytes { new in
            locked {
                guard !isCancelled else { return }
                if offset > 0 && offset * 2 >= bytes.count {
                    bytes.removeFirst(offset)
                    offset = 0
                }
                bytes.append(contentsOf: new)
                pthread_cond_signal(condition)
            }
        }
    }

    /// No more bytes will be written.
    func finish() {
        locked {
            isFinished = true
            pthread_cond_signal(condition)
        }
    }

    /// The reader gets nothing more, at once.
    func cancel() {
        locked {
            isCancelled = true
            bytes = []
            offset = 0
            pthread_cond_signal(condition)
        }
    }

    /// Waits for at least one byte. 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        locked {
            while offset == bytes.count && !isFinished && !isCancelled { pthread_cond_wait(condition, mutex) }
            let count = isCancelled ? 0 : min(buffer.count, bytes.count - offset)
            guard count > 0 else { return 0 }
            bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<(offset + count)])) }
            offset += count
            return count
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
