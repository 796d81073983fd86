import Framing
import Speech
import Store

struct UsersDelete: Command {
    static let description = CommandDescription(
        name: "users delete", summary: "Delete a user with everything that is stored of them.",
        discussion: """
            Conversations, voices, people, recordings, transcripts, jobs and settings are gone, and the user's keys are revoked. Amounts of usage \
            stay, without a name. In a data directory, the gateway ends the user's sessions and clears its journal: within a minute, or at its next \
            start.
            """,
        operands: .init(placeholder: "USER", help: "The user, as users list shows it; local is the user of a gateway without keys.", count: 1...1),
        options: DataPlace.installationOptions + [Confirmation.yes])

    private let user: ID<User>
    private let place: DataPlace
    private let json: Bool
    private let confirmation: Confirmation

    init(_ arguments: Arguments) throws(UsageError) {
        user = ID(arguments.operands.joined())
        place = try DataPlace(arguments, ofUser: false)
        json = arguments.has(.json)
        confirmation = Confirmation(arguments)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            guard let installation = try place.existingInstallation(context) else { throw place.missing(user) }
            try confirmation.ask(
                "Delete \(TerminalText.safe(user.rawValue)) with everything that is stored of them? This cannot be undone.", context)
            let deletion = ShownDeletion(user: user, line: ProgressLine(in: context))
            guard try await deletion.run(in: installation) else { throw place.missing(user) }
            let end = try await ErasureWait(line: ProgressLine(in: context)).run { try await installation.erasureState() }
            // The journal has the user's name too, and the gateway ends the deletion.
            let addition = (place.isGateway ? "" : ErasureWait.journal) + end.addition
            if json {
                var writer = JSONWriter()
                writer.beginObject()
                writer.member("user", user.rawValue)
                writer.member("deleted", true)
                writer.endObject()
                context.output.writeLine(writer.text)
                if !addition.isEmpty { context.note("deleted" + addition) }
            } else {
                context.note("\(user) is deleted" + addition)
            }
        }
    }
}
