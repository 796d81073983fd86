import Conversations
import Framing
import Speech
import Store

struct ConversationsDelete: Command {
    static let description = CommandDescription(
        name: "conversations delete", summary: "Delete conversations for good: words, vectors and audio.",
        operands: .init(placeholder: "ID…", help: "The conversations' ids, as conversations list shows them.", count: 1...Int.max),
        options: StoreAccess.options)

    private let stores: StoreAccess
    private let ids: [ID<Conversation>]
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        stores = try StoreAccess(arguments)
        ids = arguments.operands.map { ID($0) }
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let store = try stores.open()
            for id in ids {
                guard try await store.delete(id, of: stores.user) else { throw StoreAccess.Missing("conversation", id.rawValue, of: stores) }
            }
            // When this returns, the deleted conversations have left no data on the disk.
            try await store.settle()
            if json {
                var writer = JSONWriter()
                writer.beginObject()
                writer.key("deleted")
                writer.array(ids.map(\.rawValue))
                writer.endObject()
                context.output.writeLine(writer.text)
            } else {
                context.note("\(ids.count == 1 ? "1 conversation is" : "\(ids.count) conversations are") deleted")
            }
        }
    }
}
