internal import Engines
internal import Framing
internal import Net
internal import Observability
internal import Protocols
internal import Store
internal import Usage

/// The endpoint of `GET /metrics`: returns the metrics in the Prometheus text format.
struct MetricsEndpoint: Endpoint {
    let access: MonitoringAccess
    /// The version of Harken.
    let version: String
    let metrics: Metrics
    let usage: UsageMetrics
    let process: ProcessMetrics
    /// All engines of the gateway.
    let entries: [EngineEntry]
    let store: StoreHealth
    let storage: StorageStatus

    func credential(in head: HTTPRequestHead) -> Credential? { HarkenCredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        do throws(RequestError) {
            try access.admit(exchange, call)
        } catch {
            return call.reject(exchange, error, .harken)
        }
        let head = HTTPResponseHead(.ok, headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"])
        let build = """
            # HELP harken_build_info The version of Harken that runs; always 1.
            # TYPE harken_build_info gauge
            harken_build_info{version="\(version)"} 1
            # HELP harken_store_usable 1 while the database does what it is told; 0 after a failure, until it does again.
            # TYPE harken_store_usable gauge
            harken_store_usable \(store.problem == nil ? 1 : 0)

            """
        let disks = StorageMetrics(report: storage.report).rendered()
        let text = build + metrics.rendered() + usage.rendered() + engines + disks + process.rendered()
        call.answer(exchange, head, Array(text.utf8))
    }

    /// The engines' states.
    private var engines: String {
        let statuses = entries.map { ($0.name, $0.status()) }
        func gauge(_ name: String, _ help: String, _ isSet: (EngineStatus) -> Bool) -> String {
            "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
                + statuses.map { "\(name){engine=\"\($0.0)\"} \(isSet($0.1) ? 1 : 0)\n" }.joined()
        }
        return gauge("harken_engine_up", "1 if the engine can be used now, 0 if it is loading or cannot be used.") { $0.isReady }
            + gauge("harken_engine_idle", "1 if the engine has no models in memory; the next request loads them.") { $0 == .idle }
    }
}
