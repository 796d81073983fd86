// Four threads that want the same `Mutex`, and, when told to `race`, a variable that nobody guards: ThreadSanitizer must say nothing of the
// first and report the second. scripts/sanitize runs it before it believes in mutex.c.
import Glibc
import Synchronization

final class Shared: Sendable {
    let guarded = Mutex([Int]())
    nonisolated(unsafe) var unguarded = 0
}

let shared = Shared()
let races = CommandLine.arguments.contains("race")

func work(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    for number in 0..<20_000 {
        shared.guarded.withLock { numbers in
            if numbers.count > 100 { numbers.removeAll() }
            numbers.append(number)
        }
        if races { shared.unguarded += 1 }
    }
    return nil
}

let threads = (0..<4).map { _ in
    var thread = pthread_t()
    pthread_create(&thread, nil, work, nil)
    return thread
}
for thread in threads { pthread_join(thread, nil) }
