import Framing
import Glibc
import Synchronization

struct Import: Command {
    static let description = CommandDescription(
        name: "import", summary: "Import archives that harken export made, from this gateway or another one.",
        discussion: """
            People, voices, conversations, audio and settings keep their ids, names, times and corrections. Objects that are there already stay as \
            they are, so a file that was imported in part is given again. With --json: one object for each FILE, in order. The command fails if \
            something in a FILE is left out. Imported audio that is older than the gateway keeps audio is deleted within the hour.
            """,
        operands: .init(placeholder: "FILE…", help: "The archives.", count: 1...1_000), options: DataPlace.options)

    private let place: DataPlace
    private let files: [String]
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        files = arguments.operands
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            // All files are checked before anything is imported.
            let sources = try files.map { try ImportSource($0) }
            let archives = try place.createdArchives()
            var leftOut = 0
            for source in sources { leftOut += try await add(source, archives, context) }
            guard leftOut == 0 else { throw ArchiveError("\(leftOut) objects are left out; everything else is imported") }
        }
    }

    /// - Returns: the number of objects that are left out.
    private func add(_ source: ImportSource, _ archives: any UserArchives, _ context: CommandContext) async throws -> Int {
        let path = source.path, byteCount = source.byteCount
        let progress = ProgressLine(in: context), read = Mutex(0)
        defer { progress.clear() }
        let report = try await archives.importArchive(path) { count in
            let all = read.withLock { all in
                all += count
                return all
            }
            progress.show("\(path)  \(all * 100 / max(1, byteCount)) %  \(all / 1_000_000) of \(byteCount / 1_000_000) MB")
        }
        progress.clear()
        let summary = try ImportSummary(report)
        if json {
            context.output.writeLine(String(decoding: report, as: UTF8.self))
        } else {
            context.output.write(summary.text(of: path))
        }
        return summary.rejectedCount
    }
}
