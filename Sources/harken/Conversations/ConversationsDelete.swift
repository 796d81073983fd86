import Conversations
import Framing
import Speech
import Store

struct ConversationsDelete: Command {
    static let description = CommandDescription(
        name: "conversations delete", summary: "Delete conversations for good: words, vectors and audio.",
        operands: .init(
            placeholder: "ID…", help: "The conversations' ids, or the beginnings of the ids; last is the newest conversation.", count: 1...Int.max),
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
            let data = try place.needed()
            var ids: [ID<Conversation>] = []
            for name in names { ids.append(try await data.id(name)) }
            if let missing = try await data.delete(ids) { throw data.missing("conversation", missing.rawValue) }
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
