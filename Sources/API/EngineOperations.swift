internal import Admission
internal import Engines
internal import Framing
internal import Live
internal import Observability
internal import Speech

/// Operations of administrators that describe the engines' state and recent work.
struct EngineOperations: Sendable {
    /// All engines of the gateway.
    let entries: [EngineEntry]
    let contexts: LiveContexts
    let statistics: EngineStatistics
    let now: @Sendable () -> UnixTime

    var all: [APIOperation] {
        [
            APIOperation(
                .get, "/admin/engines", .admin,
                summary:
                    "Lists the engines, each with name, model, state, why, retry_at, p50, p95, streams, errors and capabilities, since the start.",
                answer: .content("application/json")
            ) { _ throws(APIError) in
                .json { json in
                    json.beginArray()
                    for entry in entries { write(entry, to: &json) }
                    json.endArray()
                }
            },
            APIOperation(
                .post, "/admin/engines/{name}/try", .admin,
                summary: "Opens a stream to an engine with the operator's key, and ends it. An engine that works gets sessions again at once.",
                answer: .object(EngineTrial.fields)
            ) { request throws(APIError) in
                let name = request.parameters["name"] ?? ""
                guard let entry = entries.first(where: { $0.name.rawValue == name }) else { throw .notFound("engine", name) }
                let trial = await EngineTrial.run(entry, contexts)
                if trial.isCall { contexts.health.tried(entry.name, trial.error) }
                return .json { trial.write(to: &$0) }
            },
            APIOperation(
                .get, "/admin/failovers", .admin, summary: "Lists the latest engine streams that failed and were replaced, the newest first.",
                answer: .object([.init("failovers", "[Failover]", required: true, "The newest first.")])
            ) { _ throws(APIError) in
                .json { json in
                    json.beginObject()
                    json.key("failovers")
                    json.beginArray()
                    for failover in statistics.failovers {
                        json.beginObject()
                        json.member("at", failover.at.rfc3339)
                        json.member("session", failover.session.rawValue)
                        json.member("from", failover.from.rawValue)
                        json.member("to", optional: failover.to?.rawValue)
                        json.member("reason", failover.reason)
                        json.endObject()
                    }
                    json.endArray()
                    json.endObject()
                }
            },
        ]
    }

    private func write(_ entry: EngineEntry, to json: inout JSONWriter) {
        let summary = statistics.summary(of: entry.name), account = EngineHealth.Account.operators(entry.name)
        json.beginObject()
        json.member("name", entry.name.rawValue)
        json.member("model", optional: entry.capabilities.models.first)
        switch entry.status() {
        case .loading: json.member("state", literal: "loading")
        case .unavailable(let reason):
            json.member("state", literal: "unavailable")
            json.member("why", reason)
        case .ready where contexts.health.isAvailable(account): json.member("state", literal: "ready")
        case .idle where contexts.health.isAvailable(account): json.member("state", literal: "idle")
        case .ready, .idle:
            json.member("state", literal: "resting")
            json.member("why", "The engine has failed and gets no sessions for a while.")
            json.member("retry_at", optional: contexts.health.restsUntil(account).map { (now() + ($0 - .now)).rfc3339 })
        }
        write("p50", summary.median, to: &json)
        write("p95", summary.slow, to: &json)
        json.member("streams", summary.streams)
        json.key("errors")
        json.beginObject()
        for (kind, count) in summary.errors.sorted(by: { $0.key < $1.key }) {
            json.key(escaping: kind)
            json.value(count)
        }
        json.endObject()
        json.key("capabilities")
        write(entry.capabilities, to: &json)
        json.endObject()
    }

    private func write(_ name: StaticString, _ seconds: Double?, to json: inout JSONWriter) {
        json.key(name)
        if let seconds { json.value(seconds, decimals: 3) } else { json.null() }
    }

    private func write(_ capabilities: Capabilities, to json: inout JSONWriter) {
        json.beginObject()
        json.member("streaming", capabilities.streaming)
        json.member("prerecorded", capabilities.prerecorded)
        json.key("languages")
        switch capabilities.languages {
        case .any: json.null()
        case .only(let tags): json.array(tags.sorted())
        }
        json.key("models")
        json.array(capabilities.models)
        json.member("interims", capabilities.interims)
        json.member("word_times", capabilities.wordTimes)
        json.member("speakers", capabilities.speakers)
        json.endObject()
    }
}
