import Framing
import Glibc
import Net
import Synchronization

/// The notes of a command about a result that is not complete: `FILE.resume`, one line for each note. The file's lock keeps a second command away, and
/// its first line says that the file is Harken's own.
final class NoteFile: Sendable {
    /// The first line of every such file.
    private static let signature = #"{"harken":"resume","version":1}"#

    /// The end of every such file's name.
    static let suffix = ".resume"

    /// Maximum length of a file's name, in bytes: Linux's `NAME_MAX`.
    private static let maxNameLength = 255

    /// Returns the path of a file that stands next to a result, and has the result's name with a suffix. A name that would be too long is cut, and gets a
    /// digest of the whole name, so that two results have different files.
    ///
    /// - Parameter result: a path whose last part is not longer than names may be.
    static func sidePath(of result: String, suffix: String = NoteFile.suffix) -> String {
        let start = result.utf8.lastIndex(of: UInt8(ascii: "/")).map { result.utf8.index(after: $0) } ?? result.startIndex
        var name = String(result[start...])
        guard name.utf8.count + suffix.utf8.count > maxNameLength else { return result + suffix }
        let ending = "~" + SHA256.digest(Array(name.utf8)).prefix(8).hexadecimal + suffix
        while name.utf8.count + ending.utf8.count > maxNameLength { name.removeLast() }
        return "\(result[..<start])\(name)\(ending)"
    }

    let path: String
    /// The notes of a command that was ended, in order. A line that was cut off is left out.
    let found: [String]
    /// True if a command that was ended has left the file.
    let wasThere: Bool
    private let descriptor: Int32
    private struct State {
        /// True once the file has notes of this command only.
        var isOwn = false
        /// True once a note of this command has taken the place of all that were found.
        var hasReplacedFound = false
        /// True after a note that was cut off could not be taken back: nothing behind it could be read.
        var isBroken = false
        var isDeleted = false
    }
    private let state = Mutex(State())

    /// Opens or makes the file, and keeps other commands out of it until the value is destroyed.
    ///
    /// - Parameter result: the name of the result, for messages.
    /// - Throws: `OutputFileError` while another command writes the result, and when the file is somebody's own.
    init(_ path: String, of result: String) throws(OutputFileError) {
        (descriptor, found, wasThere) = try Self.claim(path, of: result)
        self.path = path
    }

    deinit { closeLocked(descriptor) }

    private static func claim(_ path: String, of result: String) throws(OutputFileError) -> (Int32, [String], Bool) {
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                // A file that may be written can lie in a folder where no other file may be made.
                throw errno == ENOENT || errno == ENOTDIR ? OutputFileError("write", result) : OutputFileError("make", path)
            }
            do throws(OutputFileError) {
                if let lines = try Self.settle(descriptor, path, of: result) {
                    let wasThere = !lines.isEmpty
                    if !wasThere {
                        let bytes = Array((signature + "\n").utf8)
                        do throws(SystemError) { try writeAll(bytes.span.bytes, to: descriptor) } catch {
                            unlink(path)
                            throw OutputFileError("write", result, code: error.code)
                        }
                    }
                    return (descriptor, Array(lines.dropFirst()), wasThere)
                }
            } catch {
                closeLocked(descriptor)
                throw error
            }
            closeLocked(descriptor)
        }
    }

    /// Locks an opened file and reads it.
    ///
    /// - Returns: the complete lines; nil when the path leads to another file now, because another command has ended meanwhile.
    private static func settle(_ descriptor: Int32, _ path: String, of result: String) throws(OutputFileError) -> [String]? {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw OutputFileError("another command writes \(result); give another name, or try again when it has ended")
        }
        guard let opened = FileIdentity(descriptor: descriptor), opened == FileIdentity(path: path) else { return nil }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG, let text = TextFile.read(path, most: 1 << 30) else {
            throw OutputFileError("write", path)
        }
        // The last part has no line feed: it is empty, or was being written when a command was killed.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        guard lines.first == signature || (lines.isEmpty && (signature + "\n").hasPrefix(text)) else {
            throw OutputFileError("\(path) is not what a command that was ended has left; move the file away, or give another name")
        }
        if lines.isEmpty { ftruncate(descriptor, 0) }
        return lines
    }

    /// Returns the complete notes of a file, without keeping others out of it; none when there is no such file.
    static func lines(of path: String) -> [String] {
        guard let text = TextFile.read(path, most: 1 << 30) else { return [] }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        return lines.first == signature ? Array(lines.dropFirst()) : []
    }

    /// Writes a note of one line or several, or nothing of it. The first note of a command takes the place of all that were found, unless these were
    /// taken over.
    func append(_ note: String) throws(OutputFileError) {
        let failure = state.withLock { state -> SystemError? in
            guard !state.isBroken else { return SystemError(call: "write", code: EIO) }
            if !state.isOwn {
                // The signature stays, also when the disk takes nothing else.
                let start = off_t(Self.signature.utf8.count + 1)
                guard ftruncate(descriptor, start) == 0, lseek(descriptor, start, SEEK_SET) == start else { return SystemError(call: "ftruncate") }
                state.isOwn = true
                state.hasReplacedFound = true
            }
            let start = lseek(descriptor, 0, SEEK_CUR), bytes = Array((note + "\n").utf8)
            do throws(SystemError) { try writeAll(bytes.span.bytes, to: descriptor) } catch {
                // A line that was cut off is not to touch the next one.
                state.isBroken = start < 0 || ftruncate(descriptor, start) != 0 || lseek(descriptor, start, SEEK_SET) != start
                return error
            }
            return nil
        }
        if let failure { throw OutputFileError("write", path, code: failure.code) }
    }

    /// True once a note of this command has taken the place of all that were found.
    var hasReplacedFound: Bool { state.withLock { $0.hasReplacedFound } }

    /// Keeps the notes that were found: further notes come behind them.
    func takeOver() throws(OutputFileError) {
        let text = ([Self.signature] + found).map { $0 + "\n" }.joined()
        let failure = state.withLock { state -> OutputFileError? in
            state.isOwn = true
            // A line that was cut off is not to touch the next one.
            let isDone = ftruncate(descriptor, text.utf8.count) == 0 && lseek(descriptor, 0, SEEK_END) >= 0
            return isDone ? nil : OutputFileError("write", path)
        }
        if let failure { throw failure }
    }

    /// Deletes the file, because nothing is to be resumed.
    func delete() {
        state.withLock { state in
            guard !state.isDeleted else { return }
            unlink(path)
            state.isDeleted = true
        }
    }
}
