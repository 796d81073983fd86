import Conversations
import Framing
import Speech
import Store

struct ConversationsDelete: Command {
    static let description = CommandDescription(
        name: "conversations delete", summary: "Delete conversations for good: words, vectors and audio.",
        operands: .init(
            placeholder: "ID…", help: "The conversations' ids, or the beginnings of the ids; last is the newest conversation.", count: 1...Int.max),
        options: DataPlace.options + [Confirmation.yes])

    private let place: DataPlace
    private let names: [String]
    private let json: Bool
    private let confirmation: Confirmation

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        names = arguments.operands
        json = arguments.has(.json)
        confirmation = Confirmation(arguments)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let data = try place.needed()
            var ids: [ID<Conversation>] = []
            for name in names { ids.append(try await data.id(name)) }
            if confirmation.isWanted(context) {
                let titles = try await titles(of: ids, in: data).abridged(to: 5)
                try confirmation.ask("Delete \(titles)? This cannot be undone.", context)
            }
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

    /// Returns the titles of conversations, with the times at which these began.
    private func titles(of ids: [ID<Conversation>], in data: any UserData) async throws -> [String] {
        var titles: [String] = []
        let zone = try await data.timeZone(for: [])
        for id in ids {
            guard let conversation = try await data.conversation(id) else { throw data.missing("conversation", id.rawValue) }
            let title = conversation.title.map { "\"\(TerminalText.safe($0))\" of " } ?? "the conversation of "
            titles.append(title + zone.shortText(of: conversation.started))
        }
        return titles
    }
}
