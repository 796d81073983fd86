internal import Glibc
internal import Net
package import Speech

/// The folder that keeps recordings until the server has them: one subfolder for each recording, the oldest first by name.
package final class RecordingSpool: Sendable {
    package let path: String
    private let budget: SpoolBudget
    private let overlap: SampleCount
    private let now: @Sendable () -> UnixTime
    private let newID: @Sendable () -> String
    private let sync: @Sendable (Int32) -> Int32

    /// Opens the folder, and creates it if it does not exist.
    ///
    /// - Parameters:
    ///   - limit: bytes of audio that may lie in it.
    ///   - profile: how recordings are cut.
    ///   - sync: `fdatasync`, or a function in its place that returns 0, or another number and `errno`.
    package init(
        path: String, limit: Int, profile: ChunkProfile, now: @escaping @Sendable () -> UnixTime, newID: @escaping @Sendable () -> String,
        sync: @escaping @Sendable (Int32) -> Int32 = { fdatasync($0) }
    ) throws(SpoolError) {
        self.path = path
        self.now = now
        self.newID = newID
        self.sync = sync
        overlap = SampleCount(profile.overlap, at: .speech)
        budget = SpoolBudget(limit: limit, folder: path)
        do throws(SystemError) { try makeFolder(path) } catch { throw .disk(error) }
    }

    /// Number of bytes of audio in the recordings that this process has made or opened.
    package var byteCount: Int { budget.byteCount }

    /// - Parameter title: the title of the conversation; nil: it is made of the words.
    package func make(server: String, language: String?, title: String? = nil) throws(SpoolError) -> SpooledRecording {
        let origin = RecordingOrigin(id: newID(), began: now(), server: server, language: language, title: title)
        // The names sort by age, oldest first.
        let stamp = String(origin.began.milliseconds)
        return try SpooledRecording(origin, path: "\(path)/\(stamp)-\(origin.id)", overlap: overlap, budget: budget, sync: sync)
    }

    /// Opens the existing recordings, oldest first. Skips recordings that another process has open, and folders that are not recordings.
    package func open() -> [SpooledRecording] {
        Self.names(in: path).sorted().compactMap { name in
            let folder = path + "/" + name
            let recording = try? SpooledRecording(opening: folder, names: Self.names(in: folder), overlap: overlap, budget: budget, sync: sync)
            // Finished, and the program ended before it was removed.
            if let recording, recording.history.isFinished { recording.remove() }
            return recording.flatMap { $0.history.isFinished ? nil : $0 }
        }
    }

    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
