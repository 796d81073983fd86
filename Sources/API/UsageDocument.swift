package import Framing
internal import Speech
package import Store

/// The usage as the API and `harken usage --json` write it.
package enum UsageDocument {
    /// - Parameter more: writes further members of the document.
    package static func write(_ rows: [UsageRow], to json: inout JSONWriter, more: (inout JSONWriter) -> Void = { _ in }) {
        var total = UsageTotals()
        json.beginObject()
        json.key("rows")
        json.beginArray()
        for row in rows {
            total += row.totals
            json.beginObject()
            if let day = row.group.day { json.member("day", day) }
            if let key = row.group.key { json.member("key", optional: key.isEmpty ? nil : key) }
            json.member("provider", row.group.engine.rawValue)
            json.member("model", optional: row.group.model.isEmpty ? nil : row.group.model)
            json.member("workload", row.group.workload.rawValue)
            write(row.totals, to: &json)
            json.endObject()
        }
        json.endArray()
        json.key("total")
        json.beginObject()
        write(total, to: &json)
        json.endObject()
        more(&json)
        json.endObject()
    }

    private static func write(_ totals: UsageTotals, to json: inout JSONWriter) {
        json.member("audio_seconds", Double(totals.audio) / 1e9, decimals: 3)
        json.member("billable_seconds", Double(totals.billable) / 1e9, decimals: 3)
        json.member("runs", Int(totals.runs))
        json.member("failed", Int(totals.failed))
        json.key("cost")
        if let cost = totals.knownCost { json.value(cost.dollars, decimals: 8) } else { json.null() }
        json.member("unpriced_runs", Int(totals.unpriced))
    }
}
