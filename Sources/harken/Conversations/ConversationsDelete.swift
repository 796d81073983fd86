import Conversations
import Framing
import Speech
import Store

struct ConversationsDelete: Command {
    static let description = CommandDescription(
        name: "conversations delete", summary: "Delete conversations: words, vectors and audio.",
        discussion: """
            A deleted conversation can be restored for 7 days (HARKEN_DELETED_DAYS): see harken conversations deleted. With --for-good, and on a full \
            disk, nothing of it is left when the command ends, or the command says what still holds it up. A running gateway erases its transcripts \
            and its journal itself, within a minute. --for-good also takes conversations that were deleted before.
            """,
        operands: .init(
            placeholder: "ID…", help: "The conversations' ids, or the beginnings of the ids; last is the newest conversation.", count: 1...Int.max),
        options: DataPlace.options + [forGood, Confirmation.yes])

    private static let forGood = Flag("--for-good", "Deletes the conversations for good, also deleted ones that could be restored.")

    private let place: DataPlace
    private let names: [String]
    private let isForGood: Bool
    private let json: Bool
    private let confirmation: Confirmation

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        names = arguments.operands
        isForGood = arguments.has(Self.forGood)
        json = arguments.has(.json)
        confirmation = Confirmation(arguments)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let data = try place.needed()
            let before = isForGood ? try await data.allDeletedConversations() : []
            var ids: [ID<Conversation>] = []
            for name in names {
                let id = try await id(name, in: data, deleted: before)
                if !ids.contains(id) { ids.append(id) }
            }
            if confirmation.isWanted(context) {
                let titles = try await titles(of: ids, in: data, deleted: before).abridged(to: 5)
                try confirmation.ask(question(titles, days: isForGood ? 0 : data.deletedDays), context)
            }
            if let missing = try await data.delete(ids, forGood: isForGood) { throw data.missing("conversation", missing.rawValue) }
            let kept = isForGood ? [] : try await data.allDeletedConversations().filter { ids.contains($0.id) }
            let end: ErasureWait.End =
                kept.count == ids.count ? .erased : try await ErasureWait(line: ProgressLine(in: context)).run { try await data.erasureState() }
            let addition = await end.addition + (data.leavesJournal() ? ErasureWait.journal : "")
            if json {
                var writer = JSONWriter()
                writer.beginObject()
                writer.key("deleted")
                writer.array(ids.map(\.rawValue))
                writer.member("kept_until", optional: kept.map(\.keptUntil).min()?.rfc3339)
                writer.endObject()
                context.output.writeLine(writer.text)
                if !addition.isEmpty { context.note("deleted" + addition) }
            } else {
                let done = "\(ids.count == 1 ? "1 conversation is" : "\(ids.count) conversations are") deleted"
                guard let until = kept.map(\.keptUntil).min() else { return context.note(done + " for good" + addition) }
                let time = try await data.timeZone(for: []).shortText(of: until), list = kept.map(\.id.rawValue).joined(separator: " ")
                context.note("\(done); until \(time) \(kept.count == 1 ? "it comes" : "they come") back with: harken conversations restore \(list)")
            }
        }
    }

    /// Returns the question before a deletion.
    ///
    /// - Parameter days: number of days for which it can be undone; nil: the gateway decides.
    private func question(_ titles: String, days: Int?) -> String {
        switch days {
        case 0: "Delete \(titles) for good? This cannot be undone."
        case let days?: "Delete \(titles)? This can be undone for \(days == 1 ? "a day" : "\(days) days")."
        case nil: "Delete \(titles)? This can be undone for the days that the gateway has set."
        }
    }

    /// Returns the id that a text names: of a conversation, or of one that was deleted before.
    private func id(_ name: String, in data: any UserData, deleted: [DeletedConversation]) async throws -> ID<Conversation> {
        if let before = deleted.first(where: { $0.id.rawValue == name }) { return before.id }
        do {
            return try await data.id(name)
        } catch let error as MissingData {
            guard name != "last", let before = try? data.deletedConversation(name, among: deleted) else { throw error }
            return before.id
        }
    }

    /// Returns the titles of conversations, with the times at which these began.
    private func titles(of ids: [ID<Conversation>], in data: any UserData, deleted: [DeletedConversation]) async throws -> [String] {
        var titles: [String] = []
        let zone = try await data.timeZone(for: [])
        for id in ids {
            let name: String?, started: UnixTime
            if let conversation = try await data.conversation(id) {
                (name, started) = (conversation.title, conversation.started)
            } else if let before = deleted.first(where: { $0.id == id }) {
                (name, started) = (before.title, before.started)
            } else {
                throw data.missing("conversation", id.rawValue)
            }
            let title = name.map { "\"\(TerminalText.safe($0))\" of " } ?? "the conversation of "
            titles.append(title + zone.shortText(of: started))
        }
        return titles
    }
}
