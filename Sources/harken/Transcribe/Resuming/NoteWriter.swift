import Synchronization

/// Writes notes as soon as there is something worth going on with: notes of an earlier command stay until then.
final class NoteWriter: Sendable {
    private let file: NoteFile
    /// Notes that are not in the file: those that come before the next one that is worth something, and those that the disk did not take.
    private let pending = Mutex<[String]>([])

    init(_ file: NoteFile) { self.file = file }

    /// Takes a note that says nothing by itself.
    func prepare(_ note: String) { pending.withLock { $0.append(note) } }

    /// Writes a note, after those that are pending.
    ///
    /// - Returns: the error for which not all notes are in the file; the rest is tried again with the next one. nil: all are.
    func write(_ note: String) -> OutputFileError? {
        pending.withLock { pending in
            pending.append(note)
            return Self.commit(&pending, to: file)
        }
    }

    /// Writes the notes that are pending.
    ///
    /// - Returns: as `write` does.
    func commit() -> OutputFileError? { pending.withLock { Self.commit(&$0, to: file) } }

    private static func commit(_ pending: inout [String], to file: NoteFile) -> OutputFileError? {
        var count = 0
        defer { pending.removeFirst(count) }
        do throws(OutputFileError) {
            for note in pending {
                try file.append(note)
                count += 1
            }
        } catch {
            return error
        }
        return nil
    }
}
