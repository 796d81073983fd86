/// The archives of one user's data, in the data directory of this machine or behind a gateway's API.
protocol UserArchives: Sendable {
    /// Writes an archive of everything that there is of the user.
    ///
    /// - Parameters:
    ///   - path: an empty file.
    ///   - wrote: called on any thread with each number of bytes that is written.
    func write(to path: String, withAudio: Bool, wrote: @escaping @Sendable (Int) -> Void) async throws

    /// Takes an archive into the user's data.
    ///
    /// - Parameter took: called on any thread with each number of bytes that is taken.
    /// - Returns: the report as JSON: see `ImportReport`.
    func take(_ path: String, took: @escaping @Sendable (Int) -> Void) async throws -> [UInt8]
}
