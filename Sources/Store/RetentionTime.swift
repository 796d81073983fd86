package import Speech
internal import Synchronization

/// The time by which the gateway judges what is too old to be kept. A file of the data directory has the time that was believed last, so that a clock
/// that is wrong at the start deletes nothing at once. May be used from any thread.
package final class RetentionTime: Sendable {
    /// The file's name in the data directory.
    package static let fileName = "last-run"

    /// Path of the file; nil: nothing is remembered.
    private let path: String?
    private let clock: Mutex<RetentionClock>
    private let wall: @Sendable () -> UnixTime
    private let instant: @Sendable () -> Instant

    /// - Parameters:
    ///   - directory: has the file; nil: nothing is remembered.
    ///   - wall: returns the system's time of day.
    package init(in directory: DataDirectory?, wall: @escaping @Sendable () -> UnixTime, instant: @escaping @Sendable () -> Instant = { .now }) {
        path = directory.map { $0.path + "/" + Self.fileName }
        self.wall = wall
        self.instant = instant
        let text = path.flatMap { try? PrivateFile.read($0, limit: 64) }.map { String(decoding: $0, as: UTF8.self) }
        let last = text.flatMap { Int64($0.prefix { $0 != "\n" }) }.map { UnixTime(milliseconds: $0) }
        clock = Mutex(RetentionClock(after: last, wall: wall(), at: instant()))
    }

    /// Returns the time by which ages are judged now.
    package func now() -> UnixTime { clock.withLock { $0.look(at: wall(), instant()) } }

    /// True while the system's time is believed.
    package var isBelieved: Bool { clock.withLock { $0.isBelieved } }

    /// Remembers the time, if it is believed. Call every hour or so, and at the end.
    package func keep() throws(StoreError) {
        let time = now()
        guard let path, isBelieved else { return }
        try PrivateFile.write(Array("\(time.milliseconds)\n".utf8), to: path)
    }
}
