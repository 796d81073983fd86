import API
import Conversations
import Framing
import Gateway
import Protocols
import Sessions
import Speech
import Store

struct Search: Command {
    private static let limit = Option("--limit", "N", accepts: "a whole number from 1 to 100", "The number of hits to show. Default: 20.") { text in
        Int(text).flatMap { (1...SearchQuery.maxHits).contains($0) ? $0 : nil }
    }
    private static let person = Option("--person", "PERSON", "Searches only the words of this person: a name or an id; \"user\" is the owner.")
    private static let from = Option(
        "--from", "TIME", accepts: MomentOption.accepts, "Searches only conversations that began at TIME or later. Days are in the user's time zone.",
        parse: MomentOption.parse)
    private static let to = Option(
        "--to", "TIME", accepts: MomentOption.accepts, "Searches only conversations that began before TIME.", parse: MomentOption.parse)
    private static let words = Flag("--words", "Searches by words only, not by meaning.")

    static let description = CommandDescription(
        name: "search", summary: "Search conversations by words and by meaning.",
        discussion: """
            Words may be in any order. Words in double quotes are a phrase; a query of phrases only is searched by words alone. Stop words such as \
            "the" count in quotes, or where there are no other words. If no word was said, what is near in meaning is shown after a line that says so. \
            The search by meaning needs the local models (harken models). With --json: one object, as the API has it.
            """,
        operands: .init(placeholder: "QUERY", help: "The words to search for; several words are one query.", count: 1...Int.max),
        options: [limit, person, from, to, words] + DataPlace.options,
        examples: ["harken search what to do about poison", "harken search --from yesterday '\"board meeting\"'"])

    private let place: DataPlace
    private let query: SearchQuery
    private let from: NamedMoment?
    private let to: NamedMoment?
    private let person: String?
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        query = SearchQuery(
            arguments.operands.joined(separator: " "), by: arguments.has(Self.words) ? .words : .both,
            limit: try arguments.value(Self.limit) ?? 20)
        from = try arguments.value(Self.from)
        to = try arguments.value(Self.to)
        person = try arguments.value(Self.person)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            guard let data = try place.existing() else {
                if json { context.output.writeLine(Self.json(SearchPage(hits: [], next: nil))) } else { context.note("nothing found") }
                return
            }
            let zone = try await data.timeZone(for: [from, to]), now = UnixTime.now
            var query = query
            query.from = from?.time(now: now, in: zone)
            query.to = to?.time(now: now, in: zone)
            if let person { query.speaker = person == "user" ? .user : .person(try await data.person(person).id) }
            let page = try await data.search(query)
            if json {
                context.output.writeLine(Self.json(page))
            } else if page.hits.isEmpty {
                context.note(try await place.explanation(ofNothing: "nothing found"))
            } else {
                if page.wordsFound == false { context.output.writeLine("Nothing with these words. Near in meaning:") }
                let names = try await data.speakerNames()
                for hit in page.hits { context.output.write(Self.text(hit, names, zone)) }
                if let note = Self.note(on: page) { context.note(note) }
            }
        }
    }

    private static func json(_ page: SearchPage) -> String {
        var writer = JSONWriter()
        SearchDocument.write(page, to: &writer)
        return writer.text
    }

    /// Returns the line that tells that there are more hits than those shown; nil when all are shown.
    static func note(on page: SearchPage) -> String? {
        if page.next != nil { return "\(page.hits.count) hits are shown, and there are more: --limit shows them" }
        return page.isCapped ? "these are the first \(SearchQuery.maxHits) hits: more words, --from or --person find others" : nil
    }

    private static func text(_ hit: SearchHit, _ names: SpeakerNames, _ zone: TimeZoneRules) -> String {
        let place = "\(zone.shortText(of: hit.started))  \(ConversationDocument.clock(hit.start))  \(hit.conversation)"
        let speaker = names.name(of: hit.who).map { TerminalText.safe($0) + ": " } ?? ""
        return "\(place)  \(TerminalText.safe(hit.title ?? ""))\n    \(speaker)\(TerminalText.safe(hit.snippet.text))\n"
    }
}
