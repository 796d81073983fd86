internal import Observability
internal import Store

/// The room on the disks and the sizes of the data's parts, as metrics.
struct StorageMetrics {
    let report: StorageReport

    /// Returns the metrics in the Prometheus text format. Metrics that are not measured yet are left out.
    func rendered() -> String {
        // Paths name the machine's users, and metrics may be open to everybody.
        let disks = report.disks.map { (name: $0.part?.rawValue ?? "data", space: $0.space) }
        return gauge(
            "harken_disk_free_bytes", "Bytes that the gateway may still write to a disk, by the first of its parts on the disk.",
            disks.map { ("disk", $0.name, $0.space.free) })
            + gauge("harken_disk_size_bytes", "Size of a disk that the gateway writes to, in bytes.", disks.map { ("disk", $0.name, $0.space.total) })
            + gauge(
                "harken_data_bytes",
                "Bytes that a part of the data takes on the disk, measured at the start, once an hour, and when a disk gets worse.",
                report.parts.map { ("part", $0.part.rawValue, $0.bytes) })
            + gauge(
                "harken_database_free_bytes", "Bytes inside the database's file that hold nothing and get new rows.",
                report.databaseFree.map { [("", "", $0)] } ?? [])
    }

    /// - Parameter values: label, its value and the figure; an empty label: none.
    private func gauge(_ name: String, _ help: String, _ values: [(label: String, value: String, bytes: Int)]) -> String {
        guard !values.isEmpty else { return "" }
        return "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
            + values.map { "\(name)\($0.label.isEmpty ? "" : "{\($0.label)=\"\($0.value)\"}") \($0.bytes)\n" }.joined()
    }
}
