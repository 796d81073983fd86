package import Speech
internal import Synchronization

/// The time by which the gateway judges what is too old to be kept. A file of the data directory has the time that was believed last, so that a clock
/// that is wrong at the start deletes nothing at once. May be used from any thread.
///
/// The file's first line is the believed time, in milliseconds since 1970. While the clock is not believed, a second line has the time of the jump and
/// the number of seconds for which the clock has been seen ahead, so that short runs come to believe a clock too. Earlier versions read the first line.
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
        var last: UnixTime?, jump: ClockJump?
        do throws(StoreError) {
            var text: [UInt8]?
            if let path { text = try PrivateFile.read(path, limit: 128) }
            let lines = String(decoding: text ?? [], as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            last = lines.first.flatMap(Self.time)
            jump = last == nil ? nil : lines.dropFirst().first.flatMap(Self.jump)
        } catch {
            // Without the time of the last run nobody knows whether the clock is right: it is believed when it has been seen for an hour.
            last = UnixTime(milliseconds: 0)
        }
        clock = Mutex(RetentionClock(after: last, jump: jump, wall: wall(), at: instant()))
    }

    /// Reads a time; nil when the text is not one. Years of five digits are none: sums with them could be too large.
    private static func time(_ text: Substring) -> UnixTime? {
        guard let milliseconds = Int64(text), milliseconds.magnitude < 253_402_300_800_000 else { return nil }
        return UnixTime(milliseconds: milliseconds)
    }

    /// Reads the line about a jump; nil when the line is not one.
    private static func jump(_ line: Substring) -> ClockJump? {
        let parts = line.split(separator: " ")
        guard parts.count == 2, let time = time(parts[0]), let seconds = Int64(parts[1]) else { return nil }
        guard (0..<RetentionClock.patience.components.seconds).contains(seconds) else { return nil }
        return ClockJump(to: time, held: .seconds(seconds))
    }

    /// Returns the time by which ages are judged now.
    package func now() -> UnixTime { clock.withLock { $0.look(at: wall(), instant()) } }

    /// True while the system's time is believed.
    package var isBelieved: Bool { clock.withLock { $0.isBelieved } }

    /// Remembers the believed time, and for how long the clock has been ahead of it. Call every hour or so, more often while the clock is not
    /// believed, and at the end.
    package func keep() throws(StoreError) {
        guard let path else { return }
        let (time, jump) = clock.withLock { clock in
            let time = clock.look(at: wall(), instant())
            return (time, clock.jump)
        }
        let line = jump.map { "\($0.time.milliseconds) \($0.held.components.seconds)\n" } ?? ""
        try PrivateFile.write(Array("\(time.milliseconds)\n\(line)".utf8), to: path)
    }
}
