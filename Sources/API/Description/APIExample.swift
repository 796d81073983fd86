internal import Framing

/// Examples of values in the description of the API: one for each name of a member or parameter, otherwise one for the type.
enum APIExample {
    enum Value: Sendable {
        case text(String)
        case number(Double)
        case integer(Int)
        case flag(Bool)

        /// Name of the value's type in JSON Schema.
        fileprivate var type: String {
            switch self {
            case .text: "string"
            case .number: "number"
            case .integer: "integer"
            case .flag: "boolean"
            }
        }
    }

    /// Returns the example of a value; nil for lists, objects and values of which no example says more than the type.
    static func of(_ name: String, _ type: String) -> Value? {
        let type = type.hasSuffix("?") ? String(type.dropLast()) : type
        if let value = named[name], value.type == type { return value }
        if name.hasSuffix("_at"), type == "string" { return .text("2026-11-22T09:30:00.000Z") }
        if name == "id" || name.hasSuffix("_id"), type == "string" { return .text("7590594a-43bc-4789-8c39-c0953c0fa757") }
        return standard[type]
    }

    static func write(_ value: Value, to json: inout JSONWriter) {
        switch value {
        case .text(let text): json.value(text)
        case .number(let number): json.value(number, decimals: 3)
        case .integer(let number): json.value(number)
        case .flag(let flag): json.value(flag)
        }
    }

    private static let standard: [String: Value] = ["number": .number(12.5), "integer": .integer(1), "boolean": .flag(true)]

    private static let named: [String: Value] = [
        "after": .text("deepgram"), "address": .text("http://127.0.0.1:8080"), "audio_seconds": .number(3_600), "billable_seconds": .number(3_600),
        "by": .text("day,provider"), "cause": .text("unreachable"), "command": .text("harken keys create"), "confidence": .number(0.98),
        "cost": .number(0.43),
        "day": .text("2026-11-22"), "distance": .number(0.31), "each": .text("month"), "end": .number(13.25), "engine": .text("local"),
        "entry": .text("voices-2.json"),
        "from": .text("2026-11-01"), "kind": .text("final"), "failing_since": .text("2026-11-22T09:30:00.000Z"), "label": .text("Speaker 1"),
        "language": .text("en"), "limit": .integer(20),
        "model": .text("moonshine-base-en"), "month": .text("2026-11"), "name": .text("Vera"), "path": .text("/v4/listen"),
        "payer": .text("operator"), "per_hour": .number(0.46), "prefix": .text("hk_3f2a"), "provider": .text("deepgram"),
        "q": .text("\"red car\" insurance"), "score": .number(0.82), "snippet": .text("the <mark>red car</mark> again"), "source": .text("listen"),
        "speaker": .text("Speaker 1"), "status": .text("completed"), "text": .text("Good morning."), "title": .text("The red car"),
        "to": .text("2026-12-01"), "user": .text("vera"), "version": .text("0.2.0"), "workload": .text("realtime"),
    ]
}
