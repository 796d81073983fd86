import Conversations
import Speech
import Store

struct PeopleMerge: Command {
    static let description = CommandDescription(
        name: "people merge", summary: "Merge a person or a voice into another one.",
        discussion: """
            The name or the voiceprint of the one that is removed is gone from the disk when the command ends, or the command says what still holds \
            it up.
            """,
        operands: .init(placeholder: "PERSON INTO", help: "Names, labels or ids: the one to remove, and the one to keep.", count: 2...2),
        options: DataPlace.options + [Confirmation.yes])

    private let place: DataPlace
    private let people: [String]
    private let confirmation: Confirmation
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        guard arguments.operands.count == 2 else { throw UsageError("give two people: the one to remove, and the one to keep") }
        place = try DataPlace(arguments)
        people = arguments.operands
        confirmation = Confirmation(arguments)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let data = try place.needed()
            let gone = try await data.speaker(people[0]), kept = try await data.speaker(people[1])
            func ask() throws(NotConfirmed) {
                let names = (gone: TerminalText.safe(gone.name), kept: TerminalText.safe(kept.name))
                try confirmation.ask("Merge \(names.gone) into \(names.kept)? This cannot be undone.", context)
            }
            let isDone: Bool
            switch (gone, kept) {
            case (.person(let gone), .person(let kept)):
                guard gone.id != kept.id else { throw UsageError("both names are the same person") }
                try ask()
                isDone = try await data.merge(gone.id, into: kept.id)
            case (.voice(let voice), .person(let person)):
                isDone = try await data.give(voice.id, to: person.id)
            case (.voice(let gone), .voice(let kept)):
                guard gone.id != kept.id else { throw UsageError("both names are the same voice") }
                try ask()
                isDone = try await data.merge(gone.id, into: kept.id)
            case (.person(let person), .voice):
                throw UsageError(
                    "the second one has no name; to give the voice to \(person.name): harken people merge \"\(people[1])\" \"\(people[0])\"")
            }
            guard isDone else { throw data.missing("person or voice", people[0]) }
            // A voice that is given to a person stays.
            let removes = if case (.voice, .person) = (gone, kept) { false } else { true }
            let end: ErasureWait.End =
                removes ? try await ErasureWait(line: ProgressLine(in: context)).run { try await data.erasureState() } : .erased
            let events = "has all data of \(gone.name) now" + end.addition
            switch kept {
            case .person(let kept): context.tell(kept, events, json: json)
            case .voice(let kept): context.tell(kept, events, json: json)
            }
            if json, end != .erased { context.note("merged" + end.addition) }
        }
    }
}
