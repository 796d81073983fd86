import Conversations
import Framing
import Protocols
import Speech
import Store

struct ConversationsList: Command {
    private static let limit = Option("--limit", "N", accepts: "a whole number from 1 to 200", "The number of conversations. Default: 20.") { text in
        Int(text).flatMap { (1...ConversationLimits.page).contains($0) ? $0 : nil }
    }
    private static let from = Option(
        "--from", "TIME", accepts: MomentOption.accepts, "Lists only conversations that began at TIME or later.", parse: MomentOption.parse)
    private static let to = Option(
        "--to", "TIME", accepts: MomentOption.accepts, "Lists only conversations that began before TIME.", parse: MomentOption.parse)

    static let description = CommandDescription(
        name: "conversations list", summary: "List conversations, the newest first.", discussion: "With --json: one array of objects.",
        options: [limit, from, to] + StoreAccess.options)

    private let stores: StoreAccess
    private let query: ConversationQuery
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        stores = try StoreAccess(arguments)
        query = ConversationQuery(
            from: try arguments.value(Self.from), to: try arguments.value(Self.to), limit: try arguments.value(Self.limit) ?? 20)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let page = try await stores.open().list(query, of: stores.user)
            if json {
                context.output.writeLine(Self.json(page.conversations))
            } else if page.conversations.isEmpty {
                context.note("no conversations")
            } else {
                context.output.write(
                    Table.text(
                        ["ID", "BEGAN", "LENGTH", "TITLE"],
                        page.conversations.map { conversation in
                            let length = Duration.milliseconds(conversation.finished.milliseconds - conversation.started.milliseconds)
                            return [
                                conversation.id.rawValue, conversation.started.readable, ConversationDocument.clock(length),
                                conversation.title ?? "(\(conversation.status.rawValue))",
                            ]
                        }))
            }
        }
    }

    private static func json(_ conversations: [Conversation]) -> String {
        var json = JSONWriter()
        json.beginArray()
        for conversation in conversations {
            json.beginObject()
            ConversationDocument.writeMembers(of: conversation, to: &json)
            json.endObject()
        }
        json.endArray()
        return json.text
    }
}

/// A moment in time, as an option's value.
enum MomentOption {
    static let accepts = "a day such as 2026-01-31 (0:00 UTC), or a time such as 2026-01-31T12:00:00Z"

    static let parse: @Sendable (String) -> UnixTime? = { UnixTime(rfc3339: $0) }
}
