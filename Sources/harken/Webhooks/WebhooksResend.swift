import Framing
import Speech
import Store

struct WebhooksResend: Command {
    static let description = CommandDescription(
        name: "webhooks resend", summary: "Send deliveries to your webhooks again that were given up.",
        discussion: """
            Each conversation is sent as it is now, with the key of the earlier attempts. Without an ID all deliveries are sent that were given up. The \
            gateway sends them; harken webhooks list --waiting shows what it has not sent yet. One of these is tried at once when its ID is given.
            """,
        operands: .init(
            placeholder: "[ID…]", help: "Deliveries as harken webhooks list shows them, or the beginnings of their ids.", count: 0...Int.max),
        options: DataPlace.options)

    private let place: DataPlace
    private let names: [String]
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        names = arguments.operands
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let data = try place.needed()
            var count = 0
            if names.isEmpty {
                count = try await data.sendAgain(nil)
            } else {
                let listed = try await data.allDeliveries(isGivenUp: true) + data.allDeliveries(isGivenUp: false)
                // All names are looked up before anything is sent.
                let found = try names.map { try data.delivery($0, among: listed) }
                for id in found { count += try await data.sendAgain(id) }
            }
            if json {
                var writer = JSONWriter()
                writer.beginObject()
                writer.member("count", count)
                writer.endObject()
                context.output.writeLine(writer.text)
            } else {
                context.note(count == 1 ? "1 delivery is sent again" : "\(count) deliveries are sent again")
            }
        }
    }
}
