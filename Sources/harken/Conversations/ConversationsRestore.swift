import Conversations
import Framing
import Speech
import Store

struct ConversationsRestore: Command {
    static let description = CommandDescription(
        name: "conversations restore", summary: "Restore deleted conversations as they were.",
        discussion: "A conversation can be restored for 7 days after its deletion (HARKEN_DELETED_DAYS), unless it was deleted for good.",
        operands: .init(
            placeholder: "ID…", help: "The conversations' ids, or the beginnings of the ids; last is the last deleted conversation.",
            count: 1...Int.max),
        options: DataPlace.options)

    private let place: DataPlace
    private let names: [String]
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        names = arguments.operands
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let data = try place.needed(), deleted = try await data.allDeletedConversations()
            var ids: [ID<Conversation>] = []
            for name in names {
                let id = try data.deletedConversation(name, among: deleted).id
                if !ids.contains(id) { ids.append(id) }
            }
            for id in ids where try await !data.restore(id) { throw data.missing("deleted conversation", id.rawValue) }
            if json {
                var writer = JSONWriter()
                writer.beginObject()
                writer.key("restored")
                writer.array(ids.map(\.rawValue))
                writer.endObject()
                context.output.writeLine(writer.text)
            } else {
                context.note("\(ids.count == 1 ? "1 conversation is" : "\(ids.count) conversations are") restored")
            }
        }
    }
}
