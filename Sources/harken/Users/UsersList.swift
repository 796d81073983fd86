import API
import Framing
import Speech
import Store

struct UsersList: Command {
    static let description = CommandDescription(
        name: "users list", summary: "List the users, with the amount of what is stored of each.",
        discussion: """
            Users with a key, and those of whom conversations, people or settings are stored: conversations, bytes of their audio, and the begin of \
            the latest conversation. Deleted conversations that can be restored are not counted. With --json: one array of objects.
            """,
        options: DataPlace.installationOptions)

    private let place: DataPlace
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments, ofUser: false)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let users = try await place.existingInstallation(context)?.users() ?? []
            if json {
                context.output.writeLine(Self.json(users))
            } else if users.isEmpty {
                context.note("no users yet: no key was made, and nothing is stored")
            } else {
                context.output.write(Self.table(users, in: place.zones.standard))
            }
        }
    }

    private static func json(_ users: [StoredUser]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for user in users { user.write(to: &writer) }
        writer.endArray()
        return writer.text
    }

    static func table(_ users: [StoredUser], in zone: TimeZoneRules) -> String {
        Table.text(
            ["USER", "CONVERSATIONS", "AUDIO", "LAST CONVERSATION"],
            users.map { stored in
                [
                    stored.user.rawValue, "\(stored.conversations)", ByteText.short(Int(stored.audioBytes)),
                    stored.lastConversation.map { zone.shortText(of: $0) } ?? "-",
                ]
            })
    }
}
