import Glibc
import Net
import Synchronization

/// A file that is not complete: `FILE.partial`, next to the file that it becomes. It is deleted with the value, unless it was put in place or kept.
///
/// `NoteFile` says that a file of this name is Harken's own, and keeps a second command away.
final class PartialFile: Sendable {
    private enum Ending { case deleted, kept, inPlace }
    private struct State {
        var ending = Ending.deleted
        /// True once this command has written something.
        var isWritten = false
        /// True once the disk has everything, and nothing but the name is missing.
        var isWhole = false
        /// Number of bytes at the beginning that do not change any more.
        var settled = 0
        /// The bytes behind these, which the next text replaces. What an earlier command has left is known once this one writes.
        var shown: [UInt8] = []
    }

    /// Path of the file that this one becomes.
    let target: String
    /// The file's path.
    let path: String
    let notes: NoteFile
    private let descriptor: Int32
    /// False if the file could not be given the owner of the file that it replaces.
    private let hasOwner: Bool
    private let state = Mutex(State())

    /// Makes the file. What a killed command has left stays in it until there is something to write.
    ///
    /// - Parameter owner: owner and mode of the file that is to be replaced; nil: there is none.
    /// - Throws: `OutputFileError` while another command writes the file, and when a file of this name is somebody's own.
    init(of target: String, replacing owner: FileOwner?) throws(OutputFileError) {
        let path = NoteFile.sidePath(of: target, suffix: ".partial"), notes = try NoteFile(NoteFile.sidePath(of: target), of: target)
        self.target = target
        self.path = path
        self.notes = notes
        descriptor = try Self.claim(path, notes)
        hasOwner = owner?.take(over: descriptor) ?? true
    }

    deinit {
        // A command that has written nothing leaves what can be resumed.
        let hasNoRest = notes.found.isEmpty || notes.hasReplacedFound
        if state.withLock({ $0.ending == .deleted && ($0.isWritten || hasNoRest) }) {
            unlink(path)
            notes.delete()
        }
        close(descriptor)
    }

    private static func claim(_ path: String, _ notes: NoteFile) throws(OutputFileError) -> Int32 {
        var descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        let isThere = descriptor < 0 && errno == EEXIST
        let error: OutputFileError
        if isThere, !notes.wasThere, !isEmpty(path) {
            error = OutputFileError("\(path) is not what a command that was ended has left; move the file away, or give another name")
        } else {
            if isThere { descriptor = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC) }
            if descriptor >= 0 { return descriptor }
            error = OutputFileError("write", path)
        }
        if !notes.wasThere { notes.delete() }
        throw error
    }

    private static func isEmpty(_ path: String) -> Bool {
        var information = stat()
        return lstat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFREG && information.st_size == 0
    }

    /// True if the disk has everything that the result is to have, and the result could not get its name.
    var isWhole: Bool { state.withLock { $0.isWhole } }

    /// True if the file has no text, not even from an earlier command.
    var isEmpty: Bool { Self.isEmpty(path) }

    /// True if the file has text that the next one replaces.
    var isShowing: Bool { state.withLock { !$0.shown.isEmpty } }

    /// Writes text that does not change any more. The text replaces what was shown.
    ///
    /// - Throws: `OutputFileError`; what was shown before stays.
    func append(_ text: String) throws(OutputFileError) {
        try replaceShown(with: text) { state in
            state.settled += state.shown.count
            state.shown = []
        }
    }

    /// Writes text behind what does not change any more, in place of what was shown there before.
    ///
    /// - Throws: `OutputFileError`; what was shown before stays.
    func show(_ text: String) throws(OutputFileError) { try replaceShown(with: text) { _ in } }

    /// - Parameter done: called when the text is in the file.
    private func replaceShown(with text: String, done: (inout State) -> Void) throws(OutputFileError) {
        let failure = state.withLock { state -> SystemError? in
            if !state.isWritten { state.shown = leftBytes() }
            state.isWritten = true
            let bytes = Array(text.utf8), former = state.shown
            let same = zip(bytes, former).prefix { $0 == $1 }.count
            guard let failure = write(bytes, keeping: same, behind: state.settled) else {
                state.shown = bytes
                done(&state)
                return nil
            }
            // A full disk still has the blocks of the former text. Half of a text is worth less than none.
            if write(former, keeping: same, behind: state.settled) != nil {
                ftruncate(descriptor, off_t(state.settled))
                state.shown = []
            }
            return failure
        }
        if let failure { throw OutputFileError("write", path, code: failure.code) }
    }

    /// Returns the content that an earlier command has left; empty when it cannot be read.
    private func leftBytes() -> [UInt8] {
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_size > 0, information.st_size < 1 << 30 else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(information.st_size))
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return count == bytes.count ? bytes : []
    }

    /// Writes `bytes` behind the settled ones, as the end of the file.
    ///
    /// - Parameter same: number of bytes at the beginning that are there already.
    private func write(_ bytes: [UInt8], keeping same: Int, behind settled: Int) -> SystemError? {
        guard lseek(descriptor, off_t(settled + same), SEEK_SET) >= 0 else { return SystemError(call: "lseek") }
        do throws(SystemError) { try writeAll(bytes.span.extracting(same...).bytes, to: descriptor) } catch { return error }
        return ftruncate(descriptor, off_t(settled + bytes.count)) == 0 ? nil : SystemError(call: "ftruncate")
    }

    /// Lets the file and its notes stay when the value is destroyed, so that they can be resumed.
    func keep() { state.withLock { if $0.ending == .deleted { $0.ending = .kept } } }

    /// Makes the file the result. The result survives a power cut once this returns.
    ///
    /// - Parameter keepsNotes: true: the notes stay, for the caller to delete.
    /// - Throws: `OutputFileError` when the result cannot be written. An older file is whole then.
    func putInPlace(keepsNotes: Bool = false) throws(OutputFileError) {
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw OutputFileError("write", path) }
        state.withLock { $0.isWhole = true }
        // A file that has to keep another user's owner, or that is mounted by itself, cannot be replaced by name.
        if !hasOwner {
            try copyInPlace()
        } else if rename(path, target) != 0 {
            guard errno == EBUSY else { throw OutputFileError("write", target) }
            try copyInPlace()
        }
        state.withLock { $0.ending = .inPlace }
        // A folder that cannot be read cannot be brought to the disk either, and the file is complete all the same.
        try? FileTree.syncFolder(of: target)
        if !keepsNotes { notes.delete() }
    }

    /// Writes the content over the older file. The partial file stays until that is done.
    private func copyInPlace() throws(OutputFileError) {
        let sink = open(target, O_WRONLY | O_CLOEXEC)
        guard sink >= 0 else { throw OutputFileError("write", target) }
        defer { close(sink) }
        do {
            var place = 0
            var buffer = [UInt8](repeating: 0, count: 1 << 18)
            while true {
                let count = pread(descriptor, &buffer, buffer.count, off_t(place))
                guard count >= 0 else { throw SystemError(call: "read \(path)") }
                if count == 0 { break }
                try writeAll(buffer.span.extracting(first: count).bytes, to: sink)
                place += count
            }
            guard ftruncate(sink, off_t(place)) == 0, fsync(sink) == 0 else { throw SystemError(call: "write \(target)") }
        } catch {
            keep()
            throw OutputFileError("\(error); \(path) has everything")
        }
        unlink(path)
    }
}
