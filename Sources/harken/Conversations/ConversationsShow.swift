import Conversations
import Protocols
import Speech
import Store

struct ConversationsShow: Command {
    static let description = CommandDescription(
        name: "conversations show", summary: "Print a conversation: who said what.", discussion: "With --json: one object, as the API has it.",
        operands: .init(
            placeholder: "ID", help: "The conversation's id or the beginning of the id, or last for the newest conversation.", count: 1...1),
        options: DataPlace.options
    )

    private let place: DataPlace
    private let id: String
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        id = arguments.operands.joined()
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let data = try place.needed(), id = try await data.id(id)
            guard let conversation = try await data.conversation(id), let document = try await data.export(id, as: json ? .json : .text) else {
                throw data.missing("conversation", self.id)
            }
            let text = String(decoding: document, as: UTF8.self)
            if json {
                context.output.writeLine(text)
            } else {
                context.output.write(Self.heading(of: conversation, in: try await data.timeZone(for: [])) + Self.safe(text))
            }
        }
    }

    private static func heading(of conversation: Conversation, in zone: TimeZoneRules) -> String {
        var text = "\(TerminalText.safe(conversation.title ?? conversation.id.rawValue))\n\(zone.shortText(of: conversation.started))\n"
        if let summary = conversation.summary, !summary.isEmpty { text += "\n\(TerminalText.safe(summary))\n" }
        return text + "\n"
    }

    private static func safe(_ lines: String) -> String { lines.split(separator: "\n").map { TerminalText.safe(String($0)) + "\n" }.joined() }
}
