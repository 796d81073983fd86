/// The paths for monitoring.
enum MonitoringRoutes {
    /// Paths for the operator only: no web page may read them, whatever `HARKEN_CORS_ORIGINS` says.
    static let guarded: Set<String> = ["/ready", "/metrics"]
    /// Paths at the address of `HARKEN_METRICS_LISTEN`.
    static let paths: Set<String> = guarded.union(["/health"])
}
