/// A tar archive's content in order: files with their data, then the end.
package enum TarEvent: Sendable, Equatable {
    /// A file begins. `.data` and `.fileEnd` follow.
    case file(TarFile)
    /// The next bytes of the file.
    case data(Bytes)
    case fileEnd
    /// The archive is complete. A few bytes after the end are dropped; more of them are an error.
    case end
}

/// The head of a file in a tar archive.
package struct TarFile: Sendable, Equatable {
    /// The path in the archive. It has no `..`, does not begin with `/`, and has no control characters.
    package var name: String
    /// The size in bytes.
    package var byteCount: Int

    package init(name: String, byteCount: Int) {
        self.name = name
        self.byteCount = byteCount
    }
}
