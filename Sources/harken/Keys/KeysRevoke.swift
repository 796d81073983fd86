import Framing
import Speech
import Store

struct KeysRevoke: Command {
    static let description = CommandDescription(
        name: "keys revoke", summary: "Revoke an access key: it is refused at once, and its open sessions end within seconds.",
        operands: .init(placeholder: "ID", help: "The key's id, as keys create and keys list show it.", count: 1...1),
        options: DataPlace.installationOptions + [Confirmation.yes])

    private let id: ID<AccessKey>
    private let place: DataPlace
    private let json: Bool
    private let confirmation: Confirmation

    init(_ arguments: Arguments) throws(UsageError) {
        id = ID(arguments.operands.joined())
        place = try DataPlace(arguments, ofUser: false)
        json = arguments.has(.json)
        confirmation = Confirmation(arguments)
        // The message does not repeat the text, because it may be a whole key.
        if id.rawValue.hasPrefix("hk_") { throw UsageError("that is a key, not its id; harken keys list shows the ids") }
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            guard let installation = try place.existingInstallation(context) else { throw place.missing(id) }
            if confirmation.isWanted(context) {
                guard let key = try await installation.keys().first(where: { $0.id == id }) else { throw place.missing(id) }
                let name = key.name.map { " \"\(TerminalText.safe($0))\"" } ?? ""
                try confirmation.ask("Revoke the key\(name) of \(TerminalText.safe(key.user.rawValue))? This cannot be undone.", context)
            }
            guard try await installation.revoke(id) else { throw place.missing(id) }
            if json {
                var writer = JSONWriter()
                writer.beginObject()
                writer.member("id", id.rawValue)
                writer.member("revoked", true)
                writer.endObject()
                context.output.writeLine(writer.text)
            } else {
                context.note("\(id) is revoked")
            }
        }
    }
}
