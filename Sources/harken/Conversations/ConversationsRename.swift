import Conversations
import Framing
import Speech
import Store

struct ConversationsRename: Command {
    static let description = CommandDescription(
        name: "conversations rename", summary: "Give a conversation another title.",
        discussion: """
            The title stays when the words change. With "" as the title, the title is made of the words again. With --json: an object with id and title.
            """,
        operands: .init(
            placeholder: "ID TITLE", help: "The conversation's id, the beginning of the id, or last for the newest conversation; and the title.",
            count: 2...2),
        options: DataPlace.options)

    private let place: DataPlace
    private let id: String
    private let title: String
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        guard arguments.operands.count == 2 else { throw UsageError("give the conversation and the title; a title of several words needs quotes") }
        place = try DataPlace(arguments)
        id = arguments.operands[0]
        let given = arguments.operands[1]
        guard let title = given.allSatisfy(\.isWhitespace) ? "" : TitleOption.parse(given) else {
            throw UsageError("the title must be \(TitleOption.accepts)")
        }
        self.title = title
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let data = try place.needed(), id = try await data.id(id)
            guard try await data.rename(id, to: title), let conversation = try await data.conversation(id) else {
                throw data.missing("conversation", self.id)
            }
            if json {
                var writer = JSONWriter()
                writer.beginObject()
                writer.member("id", id.rawValue)
                writer.member("title", optional: conversation.title)
                writer.endObject()
                context.output.writeLine(writer.text)
            } else {
                context.note("\(id) is \(conversation.title.map { "\"\(TerminalText.safe($0))\"" } ?? "without a title") now")
            }
        }
    }
}
