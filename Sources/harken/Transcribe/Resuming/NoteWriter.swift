import Synchronization

/// Writes notes as soon as there is something worth going on with: notes of an earlier command stay until then.
final class NoteWriter: Sendable {
    private struct State {
        /// Lines that come before the next one that is worth something.
        var pending: [String] = []
        /// True after the disk refused a note: the work goes on without further ones.
        var isBroken = false
    }

    private let file: NoteFile
    private let state = Mutex(State())

    init(_ file: NoteFile) { self.file = file }

    /// Takes a line that says nothing by itself.
    func prepare(_ line: String) { state.withLock { $0.pending.append(line) } }

    /// Writes a line, after those that were prepared.
    func write(_ line: String) {
        state.withLock { state in
            state.pending.append(line)
            Self.commit(&state, to: file)
        }
    }

    /// Writes the lines that were prepared.
    func commit() { state.withLock { Self.commit(&$0, to: file) } }

    private static func commit(_ state: inout State, to file: NoteFile) {
        guard !state.isBroken else { return }
        do throws(OutputFileError) {
            for line in state.pending { try file.append(line) }
        } catch {
            state.isBroken = true
        }
        state.pending = []
    }
}
