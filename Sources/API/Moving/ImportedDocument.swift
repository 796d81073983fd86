/// A document of an archive that an import reads, by its name. Other documents are for people and other programs.
enum ImportedDocument: Sendable, Equatable {
    case head
    case user
    case people
    case voices
    case conversation
    case samples

    /// - Parameter name: name in the archive's folder.
    init?(_ name: String) {
        switch name {
        case ExportFormat.head: self = .head
        case ExportFormat.user: self = .user
        case ExportFormat.people: self = .people
        case _ where ExportFormat.isName(name, of: ExportFormat.voices): self = .voices
        case _ where ExportFormat.isName(name, of: ExportFormat.samples): self = .samples
        case _ where name.hasPrefix(ExportFormat.conversations) && name.hasSuffix(".json"): self = .conversation
        default: return nil
        }
    }

    /// Maximum size in bytes. An export divides lists; a conversation comes whole, and has 64 MiB with the words of about 40 hours.
    var maxByteCount: Int { self == .conversation ? 64 << 20 : 8 << 20 }

    /// Maximum number of values, each of which takes some hundred bytes of memory while the document is read.
    var maxValues: Int { self == .conversation ? 2_000_000 : 500_000 }
}
