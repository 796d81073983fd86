internal import Admission
internal import Engines
internal import Framing
internal import Net
internal import Observability
internal import Protocols
internal import Speech
internal import Store

/// The endpoint of `GET /ready`: answers 200 when new sessions are accepted, the database of several gateways is reached, and at least one engine can
/// be used, else 503, with the state of each engine, of the store and of the disks, and the number of sessions.
struct ReadyEndpoint: Endpoint {
    let access: MonitoringAccess
    let entries: [EngineEntry]
    let store: StoreHealth
    let storage: StorageStatus
    let metrics: Metrics

    func credential(in head: HTTPRequestHead) -> Credential? { HarkenCredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        do throws(RequestError) {
            try access.admit(exchange, call)
        } catch {
            return call.reject(exchange, error, .harken)
        }
        let statuses = entries.map { ($0.name, $0.status()) }
        let isDraining = access.admission.isDraining
        let isAway = access.admission.isWithoutDatabase
        let isReady = !isDraining && !isAway && statuses.contains { $0.1.isReady }
        var json = JSONWriter()
        json.beginObject()
        json.member("status", isDraining ? "draining" : isAway ? "no_database" : isReady ? "ready" : "not_ready")
        // A gateway whose store fails is ready all the same: live sessions go on, and their words wait on the disk.
        json.member("store", store.problem?.cause ?? "ok")
        json.member("disk", storage.report.level.rawValue)
        let sessions = metrics.sessions
        json.key("sessions")
        json.beginObject()
        json.member("open", sessions.open)
        json.member("capacity", sessions.capacity)
        json.endObject()
        json.key("engines")
        json.beginObject()
        for (name, status) in statuses {
            json.key(escaping: name.rawValue)
            switch status {
            case .ready: json.value("ready")
            case .idle: json.value("idle")
            case .loading: json.value("loading")
            case .unavailable(let reason): json.value(reason)
            }
        }
        json.endObject()
        json.endObject()
        let head = HTTPResponseHead(isReady ? .ok : .serviceUnavailable, headers: ["Content-Type": "application/json", "Cache-Control": "no-store"])
        call.answer(exchange, head, json.bytes)
    }
}
