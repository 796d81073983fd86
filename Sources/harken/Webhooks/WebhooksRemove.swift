import Framing
import Speech
import Store

struct WebhooksRemove: Command {
    static let description = CommandDescription(
        name: "webhooks remove", summary: "Remove deliveries to your webhooks: they are not sent.",
        discussion: """
            The conversations stay. Use it for a delivery that was given up, or for one that waits and holds up those behind it. The deliveries are gone \
            from the disk when the command ends, or the command says what still holds them up.
            """,
        operands: .init(
            placeholder: "ID…", help: "Deliveries as harken webhooks list shows them, or the beginnings of their ids.", count: 1...Int.max),
        options: DataPlace.options + [Confirmation.yes])

    private let place: DataPlace
    private let names: [String]
    private let confirmation: Confirmation
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        names = arguments.operands
        confirmation = Confirmation(arguments)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let data = try place.needed()
            let listed = try await data.allDeliveries(isGivenUp: true) + data.allDeliveries(isGivenUp: false)
            let found = try names.map { try data.delivery($0, among: listed) }
            let what = found.count == 1 ? "1 delivery" : "\(found.count) deliveries"
            try confirmation.ask("Remove \(what)? What is removed is not sent.", context)
            for id in found {
                guard try await data.remove(id) else { throw data.missing("delivery", id.rawValue) }
            }
            let end = try await ErasureWait(line: ProgressLine(in: context)).run { try await data.erasureState() }
            if json {
                var writer = JSONWriter()
                writer.beginObject()
                writer.key("removed")
                writer.array(found.map(\.rawValue))
                writer.endObject()
                context.output.writeLine(writer.text)
                if end != .erased { context.note("removed" + end.addition) }
            } else {
                context.note((found.count == 1 ? "1 delivery is removed" : "\(found.count) deliveries are removed") + end.addition)
            }
        }
    }
}
