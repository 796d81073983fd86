import Conversations
import Protocols
import Speech
import Store

struct ConversationsExport: Command {
    private static let format = Option<ConversationDocument.Format>("--format", "FORMAT", standard: .markdown, "The format of the export.")
    private static let output = Option("--output", short: "-o", "FILE", "The file to write. Default: standard output.")

    static let description = CommandDescription(
        name: "conversations export", summary: "Write a conversation as Markdown, captions, text or JSON.",
        operands: .init(
            placeholder: "ID", help: "The conversation's id or the beginning of the id, or last for the newest conversation.", count: 1...1),
        options: [format, output] + DataPlace.options)

    private let place: DataPlace
    private let id: String
    private let format: ConversationDocument.Format
    private let output: String?

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        id = arguments.operands.joined()
        format = arguments.has(.json) ? .json : try arguments.value(Self.format) ?? .markdown
        output = try arguments.value(Self.output)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let data = try place.needed()
            guard let document = try await data.export(data.id(id), as: format) else { throw data.missing("conversation", id) }
            let text = String(decoding: document, as: UTF8.self) + (format == .json ? "\n" : "")
            if let output, output != "-" { try OutputFile.write(text, to: output, standard: context.output) } else { context.output.write(text) }
        }
    }
}
