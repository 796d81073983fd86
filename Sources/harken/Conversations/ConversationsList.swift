import Conversations
import Framing
import Protocols
import Sessions
import Speech
import Store

struct ConversationsList: Command {
    private static let limit = Option("--limit", "N", accepts: "a whole number from 1 to 200", "The number of conversations. Default: 20.") { text in
        Int(text).flatMap { (1...ConversationLimits.page).contains($0) ? $0 : nil }
    }
    private static let from = Option(
        "--from", "TIME", accepts: MomentOption.accepts, "Lists only conversations that began at TIME or later. Days are in the user's time zone.",
        parse: MomentOption.parse)
    private static let to = Option(
        "--to", "TIME", accepts: MomentOption.accepts, "Lists only conversations that began before TIME.", parse: MomentOption.parse)
    private static let gaps = Flag("--gaps", "Lists only conversations with audio that was not recognized.")

    static let description = CommandDescription(
        name: "conversations list", summary: "List conversations, the newest first.", discussion: "With --json: one array of objects.",
        options: [limit, from, to, gaps] + DataPlace.options)

    private let place: DataPlace
    private let from: NamedMoment?
    private let to: NamedMoment?
    private let limit: Int
    private let hasGaps: Bool
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        from = try arguments.value(Self.from)
        to = try arguments.value(Self.to)
        limit = try arguments.value(Self.limit) ?? 20
        hasGaps = arguments.has(Self.gaps)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let data = try place.existing(), zone = try await data?.timeZone(for: [from, to]) ?? .utc, now = UnixTime.now
            let query = ConversationQuery(
                from: from?.time(now: now, in: zone), to: to?.time(now: now, in: zone), limit: limit, hasGaps: hasGaps)
            let page = try await data?.list(query) ?? ConversationPage(conversations: [], next: nil)
            if json {
                context.output.writeLine(Self.json(page))
            } else if page.conversations.isEmpty {
                context.note(try await place.explanation(ofNothing: "no conversations"))
            } else {
                context.output.write(
                    Table.text(
                        ["ID", "BEGAN", "LENGTH", "TITLE"],
                        page.conversations.map { conversation in
                            [
                                conversation.id.rawValue, zone.shortText(of: conversation.started),
                                ConversationDocument.clock(page.lengths[conversation.id] ?? .zero),
                                conversation.title ?? "(\(conversation.status.rawValue.replacing("_", with: " ")))",
                            ]
                        }))
            }
            // Standard output has the list alone, also for programs.
            if page.next != nil, let last = page.conversations.last {
                let most = limit < ConversationLimits.page ? "--limit \(ConversationLimits.page) or " : ""
                context.note("there are older ones: list them with \(most)--to \(last.started.rfc3339)")
            }
        }
    }

    private static func json(_ page: ConversationPage) -> String {
        var json = JSONWriter()
        json.beginArray()
        for conversation in page.conversations {
            json.beginObject()
            ConversationDocument.writeMembers(of: conversation, to: &json)
            json.member("duration", (page.lengths[conversation.id] ?? .zero) / .seconds(1), decimals: 3)
            json.endObject()
        }
        json.endArray()
        return json.text
    }
}
