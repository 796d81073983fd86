/// An error in a tar archive.
package enum TarError: Error, Sendable, Equatable {
    /// The bytes are not a tar archive.
    case notAnArchive
    /// The archive is compressed with gzip.
    case compressed
    /// A header after the first one is damaged.
    case damaged
    /// A name leads out of the folder, or cannot be shown.
    case unsafeName(String)
    /// An entry is neither a file nor a folder: a link, a device, or a form of tar that is not read here.
    case unsupported(name: String)
    /// A file has more bytes than any file of such an archive may have.
    case tooLarge(name: String)
    case tooManyEntries(limit: Int)
    /// The archive ended inside of a file, or without its end mark.
    case truncated
}

extension TarError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAnArchive: "The bytes are not a tar archive."
        case .compressed: "The archive is compressed; decompress it first with gunzip."
        case .damaged: "The archive is damaged: the checksum of a header is wrong."
        case .unsafeName(let name): "The archive has an entry that could lead out of its folder: \(name)."
        case .unsupported(let name): "The archive has an entry that is neither a file nor a folder: \(name)."
        case .tooLarge(let name): "The file \(name) in the archive is too large."
        case .tooManyEntries(let limit): "The archive has more than \(limit) entries."
        case .truncated: "The archive ends too early."
        }
    }
}
