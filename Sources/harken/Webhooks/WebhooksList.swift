import API
import Framing
import Live
import Protocols
import Speech
import Store

struct WebhooksList: Command {
    private static let waiting = Flag("--waiting", "Lists the deliveries that wait, in their order, in place of those that were given up.")

    static let description = CommandDescription(
        name: "webhooks list", summary: "List deliveries to your webhooks that were given up.",
        discussion: """
            A delivery is tried for 24 hours. Then, or when the receiver refuses it, the delivery is given up and listed with the cause. Notes say \
            which webhook takes nothing at present, or was switched off. With --json: one array of objects.
            """,
        options: [waiting] + DataPlace.options)

    private let place: DataPlace
    private let isWaiting: Bool
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        isWaiting = arguments.has(Self.waiting)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let data = try place.existing()
            let zone = try await data?.timeZone(for: []) ?? .utc
            for state in try await data?.webhooks() ?? [] { if let note = state.note(in: zone) { context.note(note) } }
            let deliveries = try await data?.allDeliveries(isGivenUp: !isWaiting) ?? []
            if json {
                context.output.writeLine(Self.json(deliveries))
            } else if deliveries.isEmpty {
                context.note(isWaiting ? "no delivery waits" : "no delivery was given up")
            } else {
                context.output.write(Self.table(deliveries, in: zone))
            }
        }
    }

    private static func json(_ deliveries: [ListedDelivery]) -> String {
        var json = JSONWriter()
        json.beginArray()
        for delivery in deliveries {
            json.beginObject()
            json.members(of: delivery)
            json.endObject()
        }
        json.endArray()
        return json.text
    }

    private static func table(_ deliveries: [ListedDelivery], in zone: TimeZoneRules) -> String {
        Table.text(
            ["ID", "WEBHOOK", "CONVERSATION", "STARTED", "TITLE", "ATTEMPTS", "GIVEN UP", "CAUSE"],
            deliveries.map { listed in
                [
                    listed.delivery.id.rawValue, listed.delivery.content.trigger.rawValue, listed.delivery.conversation.rawValue,
                    zone.shortText(of: listed.started), listed.title ?? "", "\(listed.delivery.failures)",
                    listed.givenUp.map { zone.shortText(of: $0) } ?? "-",
                    listed.failure?.reason ?? "",
                ]
            })
    }
}
