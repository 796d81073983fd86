internal import Admission
internal import Engines
internal import Framing
internal import Speech

/// The operation that describes the gateway to the caller: version, address, engines, and what is missing.
struct AboutOperations: Sendable {
    /// Something that narrows the gateway, with the command that mends it.
    private struct Shortage {
        var what: String
        var command: String
    }

    /// The version of Harken.
    let version: String
    /// All engines of the gateway.
    let entries: [EngineEntry]

    var all: [APIOperation] {
        [
            APIOperation(
                .get, "/about", .read, .listen, .transcribe, .admin, summary: "Describes the gateway to the caller.",
                answer: .object([
                    .init("version", "string", required: true, "The version of Harken."),
                    .init("address", "string", required: true, "The address by which the caller reached the gateway."),
                    .init(
                        "engines", "[EngineState]", required: true, "In the operator's order."),
                    .init("missing", "[Shortage]", required: true, "What narrows the gateway."),
                    .init("scopes", "[string]", required: true, "The scopes that the caller has."),
                    .init("user", "string", required: true, "The user whose data the caller reads."),
                    .init("keyless", "boolean", required: true, "True if the gateway has no keys and serves its own machine only."),
                ])
            ) { request throws(APIError) in .json { write(request, to: &$0) } }
        ]
    }

    private func write(_ request: APIRequest, to json: inout JSONWriter) {
        let isKeyless = request.caller.caller == .local
        let statuses = entries.map { ($0.name, $0.status()) }
        json.beginObject()
        json.member("version", version)
        json.member("address", (request.client.isSecure ? "https://" : "http://") + request.head.authority)
        json.key("engines")
        json.beginArray()
        for (name, status) in statuses {
            json.beginObject()
            json.member("name", name.rawValue)
            switch status {
            case .ready, .idle: json.member("state", literal: "ready")
            case .loading: json.member("state", literal: "loading")
            case .unavailable(let reason):
                json.member("state", literal: "unavailable")
                json.member("why", reason)
            }
            json.endObject()
        }
        json.endArray()
        json.key("missing")
        json.beginArray()
        for shortage in Self.shortages(statuses, isKeyless: isKeyless) {
            json.beginObject()
            json.member("what", shortage.what)
            json.member("command", shortage.command)
            json.endObject()
        }
        json.endArray()
        json.key("scopes")
        json.array(request.caller.caller.scopes.map(\.rawValue))
        json.member("user", request.user.rawValue)
        json.member("keyless", isKeyless)
        json.endObject()
    }

    private static func shortages(_ statuses: [(name: EngineName, status: EngineStatus)], isKeyless: Bool) -> [Shortage] {
        var shortages: [Shortage] = []
        for (name, status) in statuses where name == .local {
            if case .unavailable(let reason) = status {
                shortages.append(Shortage(what: "The local engine cannot be used: \(reason)", command: "harken models install FILE"))
            }
        }
        if isKeyless {
            let what = "Only programs on this machine are served; others need a key, and --listen."
            shortages.append(Shortage(what: what, command: "harken keys create"))
        }
        return shortages
    }
}
