import API
import Framing
import Protocols
import Speech
import Store

struct ConversationsDeleted: Command {
    static let description = CommandDescription(
        name: "conversations deleted", summary: "List deleted conversations that can be restored, the last deleted first.",
        discussion: "With --json: one array of objects.", options: DataPlace.options)

    private let place: DataPlace
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let data = try place.existing(), zone = try await data?.timeZone(for: []) ?? .utc
            let deleted = try await data?.allDeletedConversations() ?? []
            if json {
                context.output.writeLine(Self.json(deleted))
            } else if deleted.isEmpty {
                context.note("no deleted conversations")
            } else {
                context.output.write(
                    Table.text(
                        ["ID", "BEGAN", "LENGTH", "DELETED", "KEPT UNTIL", "TITLE"],
                        deleted.map { conversation in
                            [
                                conversation.id.rawValue, zone.shortText(of: conversation.started),
                                ConversationDocument.clock(conversation.duration), zone.shortText(of: conversation.deleted),
                                zone.shortText(of: conversation.keptUntil), conversation.title ?? "",
                            ]
                        }))
            }
        }
    }

    private static func json(_ deleted: [DeletedConversation]) -> String {
        var json = JSONWriter()
        json.beginArray()
        for conversation in deleted {
            json.beginObject()
            json.members(of: conversation)
            json.endObject()
        }
        json.endArray()
        return json.text
    }
}
