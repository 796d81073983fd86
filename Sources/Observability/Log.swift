internal import Glibc
package import Net
internal import Sessions
package import Speech
internal import Synchronization

/// Writes log lines, each with one write: time, level, a constant message, and variable values with keys. By default the lines go to standard error.
package struct Log: Sendable {
    package enum Level: Int, Sendable, Comparable, CaseIterable {
        case debug, info, warning, error

        package init?(name: String) {
            guard let level = Self.allCases.first(where: { "\($0)" == name.lowercased() }) else { return nil }
            self = level
        }

        package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    }

    private let minLevel: Level
    private let format: LogFormat
    private let write: @Sendable (String) -> Void
    private let now: @Sendable () -> UnixTime
    private let rejections = SampledRejections()

    /// - Parameter write: called with each line, including its line break. It runs on event loops, so it must not block: see `LogWriter`.
    package init(
        level: Level, format: LogFormat = .text, now: @escaping @Sendable () -> UnixTime = { UnixTime.now },
        write: @escaping @Sendable (String) -> Void = Log.standardError
    ) {
        minLevel = level
        self.format = format
        self.now = now
        self.write = write
    }

    package func debug(_ message: StaticString, _ metadata: KeyValuePairs<LogKey, String> = [:]) { log(.debug, message, metadata) }
    package func info(_ message: StaticString, _ metadata: KeyValuePairs<LogKey, String> = [:]) { log(.info, message, metadata) }
    package func warning(_ message: StaticString, _ metadata: KeyValuePairs<LogKey, String> = [:]) { log(.warning, message, metadata) }
    package func error(_ message: StaticString, _ metadata: KeyValuePairs<LogKey, String> = [:]) { log(.error, message, metadata) }

    /// Logs a rejection, but only the first rejections of each address; `summarizeRejections` reports the number of the others.
    package func rejection(
        _ message: StaticString, of ip: IPAddress, _ metadata: @autoclosure () -> KeyValuePairs<LogKey, String>, level: Level = .info,
        now: Instant = .now
    ) {
        guard level >= minLevel, rejections.sampler.withLock({ $0.note(ip, now: now) }) else { return }
        log(level, message, metadata())
    }

    /// Logs how many rejections got no line of their own. To be called about once a second.
    package func summarizeRejections(now: Instant = .now) {
        for summary in rejections.sampler.withLock({ $0.summaries(now: now) }) {
            info("more refusals not logged", [.peer: summary.address?.description ?? "others", .count: "\(summary.count)"])
        }
    }

    private func log(_ level: Level, _ message: StaticString, _ metadata: KeyValuePairs<LogKey, String>) {
        guard level >= minLevel else { return }
        write(format.line(now(), level, "\(message)", metadata))
    }

    /// Writes a line with one write(2), so that lines of several threads do not mix. Blocks while the reader of standard error is slow: for commands
    /// and tests, not for a server.
    package static let standardError: @Sendable (String) -> Void = { line in
        var line = line
        line.withUTF8 { bytes in
            // A failed write is ignored, because there is no better place to report it.
            _ = Glibc.write(2, bytes.baseAddress, bytes.count)
        }
    }
}

/// The rejections of one log.
private final class SampledRejections: Sendable {
    let sampler = Mutex(RejectionSampler())
}
