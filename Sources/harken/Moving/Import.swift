import Framing
import Glibc
import Synchronization

struct Import: Command {
    static let description = CommandDescription(
        name: "import", summary: "Take archives that harken export made, from this gateway or another one.",
        discussion: """
            People, voices, conversations, audio and settings keep their ids, names, times and corrections. What is there already stays as it is, so a \
            file that was taken in part is given again. With --json: one object for each FILE, in order. \
            Imported audio that is older than the gateway keeps audio is deleted within the hour.
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
            // All files are looked at before anything is taken.
            let sources = try files.map { try ImportSource($0) }
            let archives = try place.createdArchives()
            for source in sources {
                switch source {
                case .archive(let path, let byteCount): try await take(path, byteCount, archives, context)
                }
            }
        }
    }

    private func take(_ path: String, _ byteCount: Int, _ archives: any UserArchives, _ context: CommandContext) async throws {
        let progress = ProgressLine(in: context), taken = Mutex(0)
        defer { progress.clear() }
        let report = try await archives.take(path) { count in
            let all = taken.withLock { all in
                all += count
                return all
            }
            progress.show("\(path)  \(all * 100 / max(1, byteCount)) %  \(all / 1_000_000) of \(byteCount / 1_000_000) MB")
        }
        progress.clear()
        if json {
            context.output.writeLine(String(decoding: report, as: UTF8.self))
        } else {
            context.output.write(try ImportSummary(report).text(of: path))
        }
    }
}
