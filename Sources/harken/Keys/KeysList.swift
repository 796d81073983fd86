import API
import Framing
import Gateway
import Sessions
import Speech
import Store

struct KeysList: Command {
    static let description = CommandDescription(
        name: "keys list", summary: "List access keys, also revoked and expired ones.",
        discussion: "Only the first characters of a key are stored and shown. With --json: one array of objects.",
        options: DataPlace.installationOptions)

    private let place: DataPlace
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments, ofUser: false)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let keys = try await place.existingInstallation(context)?.keys() ?? []
            if json {
                context.output.writeLine(Self.json(keys))
            } else if keys.isEmpty {
                context.note("no keys yet; make one with: harken keys create")
            } else {
                context.output.write(Self.table(keys, now: .now, in: place.zones.standard))
            }
        }
    }

    private static func json(_ keys: [AccessKey]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for key in keys {
            writer.beginObject()
            writer.member("id", key.id.rawValue)
            writer.members(of: key)
            writer.endObject()
        }
        writer.endArray()
        return writer.text
    }

    static func table(_ keys: [AccessKey], now: UnixTime, in zone: TimeZoneRules) -> String {
        Table.text(
            ["ID", "KEY", "NAME", "USER", "SCOPES", "LANGUAGES", "CREDITS", "CREATED", "STATE"],
            keys.map { key in
                [
                    key.id.rawValue, key.prefix + "…", key.name ?? "-", key.user.rawValue,
                    key.scopes.isEmpty ? "all" : key.scopes.joined(separator: ","),
                    key.languages.isEmpty ? "all" : key.languages.map(\.rawValue).joined(separator: ","),
                    key.credit.map { "\($0.components.seconds) s" } ?? "-",
                    zone.shortText(of: key.created), state(of: key, now: now, zone),
                ]
            })
    }

    private static func state(of key: AccessKey, now: UnixTime, _ zone: TimeZoneRules) -> String {
        if let revoked = key.revoked { return "revoked \(zone.shortText(of: revoked))" }
        guard let expires = key.expires else { return "valid" }
        return expires <= now ? "expired \(zone.shortText(of: expires))" : "valid until \(zone.shortText(of: expires))"
    }
}
