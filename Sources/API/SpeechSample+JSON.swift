package import Framing
internal import Speech
package import Store

extension SpeechSample {
    /// Writes the sample as it is in answers: `{"status","id","duration_seconds","created_at"}`. Omi's answer has the status alone.
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("status", literal: "ok")
        json.member("id", id.rawValue)
        json.member("duration_seconds", duration / .seconds(1), decimals: 3)
        json.member("created_at", created.rfc3339)
        json.endObject()
    }
}
