/// The paths for those who watch the gateway.
enum MonitoringRoutes {
    /// The operator's alone: no web page reads these, whatever `HARKEN_CORS_ORIGINS` says.
    static let guarded: Set<String> = ["/ready", "/metrics"]
    /// Paths at the address of `HARKEN_METRICS_LISTEN`.
    static let paths: Set<String> = guarded.union(["/health"])
}
