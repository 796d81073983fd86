/// The archives of one user's data, in the data directory of this machine or behind a gateway's API.
protocol UserArchives: Sendable {
    /// Writes an archive of everything that there is of the user.
    ///
    /// - Parameters:
    ///   - path: an empty file.
    ///   - wrote: called on any thread with each number of bytes that is written.
    func write(to path: String, withAudio: Bool, wrote: @escaping @Sendable (Int) -> Void) async throws

    /// Imports an archive into the user's data.
    ///
    /// - Parameter read: called on any thread with each number of bytes that is read.
    /// - Returns: the report as JSON: see `ImportReport`.
    func importArchive(_ path: String, read: @escaping @Sendable (Int) -> Void) async throws -> [UInt8]
}
