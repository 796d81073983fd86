import Conversations
import Framing
import Speech
import Store

struct ConversationsDelete: Command {
    static let description = CommandDescription(
        name: "conversations delete", summary: "Delete conversations for good: words, vectors and audio.",
        operands: .init(placeholder: "ID…", help: "The conversations' ids, as conversations list shows them.", count: 1...Int.max),
        options: StoreAccess.options)

    private let memories: StoreAccess
    private let ids: [ID<Conversation>]
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        memories = try StoreAccess(arguments)
        ids = arguments.operands.map { ID($0) }
        json = arguments.has(.json)
    }

    func run(_ surroundings: CommandContext) async -> ExitStatus {
        await attempt(surroundings) {
            let store = try memories.open()
            for id in ids {
                guard try await store.delete(id, of: memories.user) else { throw StoreAccess.Missing("conversation", id.rawValue, of: memories) }
            }
            // When this returns, the deleted conversations have left no data on the disk.
            try await store.settle()
            if json {
                var writer = JSONWriter()
                writer.beginObject()
                writer.key("deleted")
                writer.array(ids.map(\.rawValue))
                writer.endObject()
                surroundings.output.writeLine(writer.text)
            } else {
                surroundings.diagnostics.writeLine("\(ids.count == 1 ? "1 conversation is" : "\(ids.count) conversations are") deleted")
            }
        }
    }
}
