internal import Admission
internal import Framing
internal import Store

/// The operation that tells administrators how much room is on the gateway's disks, and what takes it.
struct StorageOperation: Sendable {
    let status: StorageStatus

    var all: [APIOperation] {
        [
            APIOperation(
                .get, "/admin/storage", .admin, summary: "Tells how much room is on the gateway's disks, and what takes it.",
                answer: .object([
                    .init("state", "string", required: true, "The state of the disk with the least room: ok, low or critical."),
                    .init("disks", "[Disk]", required: true, "The disks that the gateway writes to; first that of the data directory."),
                    .init(
                        "parts", "[DataPart]", required: true,
                        "What the data directory has, and the models. Measured at the start and once an hour; empty before."),
                    .init(
                        "database_free_bytes", "integer?", required: true,
                        "Bytes inside the database's file that get new rows before the file grows; null with PostgreSQL."),
                ])
            ) { [status] _ throws(APIError) in
                let report = status.report
                return .json { Self.write(report, to: &$0) }
            }
        ]
    }

    private static func write(_ report: StorageReport, to json: inout JSONWriter) {
        json.beginObject()
        json.member("state", report.level.rawValue)
        json.key("disks")
        json.beginArray()
        for disk in report.disks {
            json.beginObject()
            json.member("path", disk.path)
            json.member("state", disk.level.rawValue)
            json.member("free_bytes", disk.space.free)
            json.member("size_bytes", disk.space.total)
            json.endObject()
        }
        json.endArray()
        json.key("parts")
        json.beginArray()
        for part in report.parts {
            json.beginObject()
            json.member("part", part.part.rawValue)
            json.member("bytes", part.bytes)
            json.endObject()
        }
        json.endArray()
        json.key("database_free_bytes")
        if let free = report.databaseFree { json.value(free) } else { json.null() }
        json.endObject()
    }
}
