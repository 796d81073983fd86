import API
import Glibc
import Store
import Synchronization

struct Export: Command {
    private static let noAudio = Flag("--no-audio", "Leaves out the audio of conversations and voices.")

    static let description = CommandDescription(
        name: "export", summary: "Write all data of a user into one file.",
        discussion: """
            The file is a tar archive of JSON documents and audio: conversations, people, voices with their voiceprints, settings, transcripts of \
            sessions and usage, for its owner only. harken import reads it on another gateway. For a copy of a whole installation, see harken backup.
            """,
        operands: .init(placeholder: "FILE", help: "The file to make, such as memories.tar.", count: 1...1),
        options: [noAudio] + DataPlace.archiveOptions)

    private let place: DataPlace
    private let file: String
    private let withAudio: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        file = arguments.operands.joined()
        withAudio = !arguments.has(Self.noAudio)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let archives = try place.neededArchives()
            var partial = try PartialArchive(of: file, folder: ExportFormat.folder)
            let progress = ProgressLine(in: context), written = Mutex(0)
            defer { progress.clear() }
            try await archives.write(to: partial.path, withAudio: withAudio) { count in
                let all = written.withLock { all in
                    all += count
                    return all
                }
                progress.show(ProgressLine.text(file, bytes: all, of: nil))
            }
            try partial.putInPlace()
            progress.clear()
            var information = stat()
            stat(file, &information)
            context.note("\(file) has all data of \(place.owner): \((information.st_size + 999_999) / 1_000_000) MB")
        }
    }
}
