import Glibc
import ObjectStorage
import Store

struct Backup: Command {
    static let description = CommandDescription(
        name: "backup", summary: "Write all stored data into one file, also while the gateway runs.",
        discussion: """
            The file is a tar archive, compressed when its name ends in .gz, for its owner only: it has the keys' secret. It has everything but audio \
            of open sessions that is not recognized yet, and spooled recordings of harken record.
            """,
        operands: .init(placeholder: "FILE", help: "The file to make, such as harken-2026-11-20.tar.", count: 1...1), options: [DataOption.option])

    private let file: String
    private let data: DataOption

    init(_ arguments: Arguments) throws(UsageError) {
        file = arguments.operands.joined()
        data = try DataOption(arguments)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            if let database = data.database {
                throw ArchiveError(
                    "the data is in \(database): save that with pg_dump --format=custom, and the files of \(data.path) with any program "
                        + "(see PostgreSQL in docs/operating.md)")
            }
            guard let directory = try data.existing() else { throw data.noData }
            if let bucket = data.bucket { context.note("the copy has no audio, uploads or transcripts of \(bucket.address): save the bucket too") }
            var partial = try PartialArchive(of: file)
            let progress = ArchiveProgress(file, in: context)
            defer { progress.line.clear() }
            try await pack(directory, into: partial.path, progress, context)
            try partial.putInPlace()
            progress.line.clear()
            var information = stat()
            stat(file, &information)
            context.note("\(file) has the data of \(directory.path): \((information.st_size + 999_999) / 1_000_000) MB")
        }
    }

    private func pack(_ directory: DataDirectory, into file: String, _ progress: ArchiveProgress, _ context: CommandContext) async throws {
        // On the same disk as the data, so that blobs get a second name in place of a copy.
        guard let draft = try BackupDraft(in: directory) else {
            throw ArchiveError("another backup of the same data is at work; try again when it has ended")
        }
        let folder = BackupFolder(path: draft.path + "/" + BackupFolder.name)
        context.detail("copying \(directory.path)")
        try await folder.fill(from: directory, progress)
        context.detail("writing \(self.file)")
        let isCompressed = self.file.hasSuffix(".gz") || self.file.hasSuffix(".tgz")
        // The size of a compressed file is not known before.
        let total = isCompressed ? nil : FileTree.byteCount(of: folder.path)
        try await progress.watch("writing the file", of: total, written: { FileTree.byteCount(of: file) }) {
            try await TarArchive(path: file, name: self.file).pack(folder.path, isCompressed: isCompressed)
        }
        _ = consume draft
    }
}
