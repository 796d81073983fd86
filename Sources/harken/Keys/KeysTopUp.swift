import Framing
import Gateway
import Speech
import Store

struct KeysTopUp: Command {
    static let description = CommandDescription(
        name: "keys topup", summary: "Add seconds of audio to an access key's credit.",
        discussion: """
            A running gateway on the same data directory adds the seconds within a second, for open sessions too. Only keys that were made with \
            --credits have a credit; the audio of other keys is not limited.
            """,
        operands: .init(placeholder: "ID SECONDS", help: "The key's id, as keys list shows it, and the seconds to add.", count: 2...2),
        options: DataPlace.installationOptions)

    private let id: ID<AccessKey>
    private let seconds: Int64
    private let place: DataPlace
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        guard arguments.operands.count == 2 else { throw UsageError("give the key's id and the seconds") }
        id = ID(arguments.operands[0])
        // The message does not repeat the text, because it may be a whole key.
        if id.rawValue.hasPrefix("hk_") { throw UsageError("that is a key, not its id; harken keys list shows the ids") }
        guard let seconds = Int64(arguments.operands[1]), (1...AccessKey.maxCreditSeconds).contains(seconds) else {
            throw UsageError(
                "\"\(arguments.operands[1])\" is not a number of seconds; SECONDS takes a whole number from 1 to \(AccessKey.maxCreditSeconds)")
        }
        self.seconds = seconds
        place = try DataPlace(arguments, ofUser: false)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            switch try await place.existingInstallation(context)?.topUp(id, seconds: seconds) {
            case nil, .noSuchKey?: throw place.missing(id)
            case .notCounted?: throw Unlimited(description: "the audio of key \(id) is not limited, so the key needs no credit")
            case .done(let credit)?:
                if json {
                    var writer = JSONWriter()
                    writer.beginObject()
                    writer.member("id", id.rawValue)
                    writer.member("credits", Int(credit.components.seconds))
                    writer.endObject()
                    context.output.writeLine(writer.text)
                } else {
                    context.note("key \(id) has \(credit.components.seconds) seconds of credit now")
                }
            }
        }
    }

    private struct Unlimited: Error, CustomStringConvertible { let description: String }
}
