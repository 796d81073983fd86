import Conversations
import Protocols
import Speech
import Store

struct ConversationsShow: Command {
    static let description = CommandDescription(
        name: "conversations show", summary: "Print a conversation: who said what.", discussion: "With --json: one object, as the API has it.",
        operands: .init(
            placeholder: "ID", help: "The conversation's id or the beginning of the id, or last for the newest conversation.", count: 1...1),
        options: StoreAccess.options
    )

    private let stores: StoreAccess
    private let id: String
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        stores = try StoreAccess(arguments)
        id = arguments.operands.joined()
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let document = try await stores.document(id, in: stores.needed())
            if json {
                context.output.writeLine(String(decoding: document.rendered(as: .json), as: UTF8.self))
            } else {
                context.output.write(Self.text(document))
            }
        }
    }

    static func text(_ document: ConversationDocument) -> String {
        let conversation = document.conversation
        var text = "\(TerminalText.safe(conversation.title ?? conversation.id.rawValue))\n\(conversation.started.readable)\n"
        if let summary = conversation.summary, !summary.isEmpty { text += "\n\(TerminalText.safe(summary))\n" }
        text += "\n"
        for segment in conversation.segments {
            text += "[\(ConversationDocument.clock(segment.start))] "
            if let name = document.name(of: segment) { text += TerminalText.safe(name) + ": " }
            text += TerminalText.safe(segment.text) + "\n"
        }
        return text
    }
}
