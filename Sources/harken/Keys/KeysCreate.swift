import API
import Admission
import Framing
import Gateway
import Speech
import Store
import Sessions

struct KeysCreate: Command {
    private static let name = Option("--name", "NAME", "The key's name in lists.")
    private static let user = Option(
        "--user", "USER", "The user that the key belongs to; \"local\" is the user of a gateway without keys. Default: a new user.")
    private static let scope = Option(
        "--scope", "SCOPE", accepts: AccessScope.allCases.map(\.rawValue).formatted(with: "or"),
        words: AccessScope.allCases.map(\.rawValue),
        "The use that the key allows: " + AccessScope.allCases.map { "\($0.rawValue) (\($0.explanation))" }.formatted(with: "or")
            + "; may be given several times. Default: everything but admin.",
        parse: AccessScope.init(rawValue:))
    private static let language = Option(
        "--language", "LANGUAGE", accepts: "a language's code such as de or pt-BR, or its English name",
        "The only language that the key allows; may be given several times. Another language is refused. Default: every language."
    ) { AllowedLanguages.stored([$0]) }
    private static let expires = Option(
        "--expires", "WHEN", accepts: Expiry.accepts, "The key's end: 12h, 30d, 8w, or a day such as 2027-01-31 (0:00 UTC). Default: never.",
        parse: Expiry.init)
    private static let credits = Option(
        "--credits", "SECONDS", accepts: "a whole number of seconds, 0 or more", "The seconds of audio that the key may use. Default: no limit."
    ) { text in Int64(text).flatMap { (0...AccessKey.maxCreditSeconds).contains($0) ? $0 : nil } }

    static let description = CommandDescription(
        name: "keys create", summary: "Create an access key, and print it once, on standard output.",
        discussion: """
            A running gateway on the same data directory accepts the key from the next connection on. Only a keyed hash is stored, so a lost key \
            cannot be shown again. Once a key exists, the gateway refuses callers without one, on this machine too.
            """,
        options: [name, user, scope, language, expires, credits] + DataPlace.installationOptions,
        examples: [
            "harken keys create --name phone", "harken keys create --name guest --scope listen --expires 30d",
            "harken keys create --name desk --language de --language en",
        ])

    private let request: AccessKeyRequest
    private let place: DataPlace
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        let now = UnixTime.now
        let expires = try arguments.value(Self.expires)?.time(from: now)
        if let expires, expires <= now { throw UsageError("--expires is in the past; give \(Expiry.accepts)") }
        request = AccessKeyRequest(
            name: try arguments.value(Self.name), user: try arguments.value(Self.user).map { ID($0) },
            scopes: try arguments.values(Self.scope).map(\.rawValue),
            languages: AllowedLanguages.list(AllowedLanguages.stored(try arguments.values(Self.language)) ?? ""),
            expires: expires, creditSeconds: try arguments.value(Self.credits))
        place = try DataPlace(arguments, ofUser: false)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let created = try await place.createdInstallation(context).create(request)
            guard json else {
                context.output.writeLine(created.text)
                context.note("\(created.key.id) of \(created.key.user): save the key now, it is not shown again")
                return
            }
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("id", created.key.id.rawValue)
            writer.member("key", created.text)
            writer.members(of: created.key)
            writer.endObject()
            context.output.writeLine(writer.text)
        }
    }
}
