internal import Glibc
internal import Net
internal import Store
internal import Synchronization

/// The part of a journal's directory that belongs to one process: the logs of its loops. A lock holds the part until the process ends, even by a crash.
///
/// Usually one process at a time has a part. During a hand-over the new process has a part, and the draining one still has its own.
package final class JournalRun: Sendable {
    /// Maximum number of logs in a run. A log's number is unique in the directory, and tells which run the log belongs to.
    private static let logCount = 1_000
    private static let prefix = "run-"
    private static let suffix = ".lock"

    package let number: Int
    private let path: String
    /// The locked file; nil after `release`.
    private let descriptor: Mutex<Int32?>

    private init(number: Int, path: String, descriptor: Int32) {
        self.number = number
        self.path = path
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    /// Claims the part with the lowest number that no living process has.
    static func claimLowest(in directory: String) throws(JournalError) -> JournalRun {
        var number = 0
        while true {
            if let run = try claim(number, in: directory) { return run }
            number += 1
        }
    }

    /// Claims a part. Returns nil when a living process has it.
    static func claim(_ number: Int, in directory: String) throws(JournalError) -> JournalRun? {
        let path = "\(directory)/\(prefix)\(number)\(suffix)"
        while true {
            let descriptor = DirectoryOwner.openFile(path, O_RDWR)
            guard descriptor >= 0 else { throw .cannotCreate(path: path, reason: String(cString: strerror(errno))) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let code = errno
                close(descriptor)
                if code == EWOULDBLOCK { return nil }
                throw .cannotCreate(path: path, reason: String(cString: strerror(code)))
            }
            // Another process may have removed the file between the two calls: its lock holds nothing then.
            var locked = stat(), named = stat()
            if fstat(descriptor, &locked) == 0, stat(path, &named) == 0, locked.st_ino == named.st_ino {
                return JournalRun(number: number, path: path, descriptor: descriptor)
            }
            close(descriptor)
        }
    }

    /// Returns the number of the run that a file of the directory belongs to; nil when it is no file of a run.
    static func number(ofFile name: String) -> Int? {
        if name.hasPrefix(prefix), name.hasSuffix(suffix) { return Int(name.dropFirst(prefix.count).dropLast(suffix.count)) }
        if name.hasSuffix(JournalWriter.ringSuffix) { return Int(name.dropLast(JournalWriter.ringSuffix.count)).map(number(ofLog:)) }
        let segment = JournalSegment.parse(name) ?? JournalSegment.parse(name, suffix: JournalCheckpoint.suffix)
        return segment.map { number(ofLog: $0.loop) }
    }

    /// Returns the number of the run that a log belongs to.
    static func number(ofLog log: Int) -> Int { log / logCount }

    /// Returns the number of the log of one of the process's loops.
    func log(ofLoop index: Int) -> Int { number * Self.logCount + index }

    /// Ends the claim before the process ends.
    func release() {
        let descriptor = descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
        if let descriptor { closeLocked(descriptor) }
    }

    /// Ends the claim of a part that no process works on any more, and removes its lock file.
    func remove() {
        if descriptor.withLock({ $0 }) != nil { unlink(path) }
        release()
    }
}
