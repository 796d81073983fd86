internal import Framing

/// Examples of values in the description of the API: one for each name of a member or parameter, otherwise one for the type.
enum APIExample {
    /// Returns the example of a value; nil for lists, objects and values of which no example says more than the type.
    static func of(_ name: String, _ type: String) -> JSONValue? {
        let type = type.hasSuffix("?") ? String(type.dropLast()) : type
        if let value = named[name], schemaType(of: value) == type { return value }
        if name.hasSuffix("_at"), type == "string" { return "2026-11-22T09:30:00.000Z" }
        if name == "id" || name.hasSuffix("_id"), type == "string" { return "7590594a-43bc-4789-8c39-c0953c0fa757" }
        return standard[type]
    }

    /// Returns the name of a value's type in JSON Schema.
    private static func schemaType(of value: JSONValue) -> String {
        switch value {
        case .string: "string"
        case .double: "number"
        case .int: "integer"
        case .bool: "boolean"
        case .null: "null"
        case .array: "array"
        case .object: "object"
        }
    }

    private static let standard: [String: JSONValue] = ["number": 12.5, "integer": 1, "boolean": true]

    private static let named: [String: JSONValue] = [
        "after": "deepgram", "address": "http://127.0.0.1:8080", "audio_seconds": 3_600.0, "billable_seconds": 3_600.0,
        "by": "day,provider", "cause": "unreachable", "command": "harken keys create", "confidence": 0.98,
        "cost": 0.43,
        "day": "2026-11-22", "distance": 0.31, "each": "month", "end": 13.25, "engine": "local",
        "entry": "voices-2.json",
        "from": "2026-11-01", "kind": "final", "failing_since": "2026-11-22T09:30:00.000Z", "label": "Speaker 1",
        "language": "en", "limit": 20,
        "model": "moonshine-base-en", "month": "2026-11", "name": "Vera", "path": "/v4/listen",
        "payer": "operator", "per_hour": 0.46, "prefix": "hk_3f2a", "provider": "deepgram",
        "q": "\"red car\" insurance", "score": 0.82, "snippet": "the <mark>red car</mark> again", "source": "listen",
        "speaker": "Speaker 1", "status": "completed", "text": "Good morning.", "title": "The red car",
        "to": "2026-12-01", "user": "vera", "version": "0.2.0", "workload": "realtime",
    ]
}
