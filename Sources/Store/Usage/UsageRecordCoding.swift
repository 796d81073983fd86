import Conversations
import Framing
import Speech

/// The encoding of runs in the outbox and the ledger: one flat JSON object. Only the names that are listed here are allowed.
///
/// The list names the allowed fields, not the forbidden ones: a new field that might reveal something is rejected until it is listed.
package enum UsageRecordCoding {
    package static let fields: Set<String> = [
        "run_id", "user", "key", "conversation_id", "provider", "model", "workload", "kind", "payer", "status", "started_at", "completed_at",
        "latency_ns", "audio_ns", "speech_ns", "billable_ns", "billing", "cost", "retry_count", "fallback_from", "fallback_reason",
        "segment_count", "word_count", "speaker_count", "identified_speaker_count", "error_class", "session_id", "session_start_ns", "channel_count",
        "connected_ns", "features",
    ]

    package static func encode(_ run: UsageRecord) -> String {
        var json = JSONWriter(capacity: 512)
        json.beginObject()
        json.member("run_id", run.id.rawValue)
        json.member("user", run.user.rawValue)
        if let key = run.key { json.member("key", key.rawValue) }
        if let conversation = run.conversation { json.member("conversation_id", conversation.rawValue) }
        if let position = run.position {
            json.member("session_id", position.session.rawValue)
            json.member("session_start_ns", Int(position.start.wholeNanoseconds))
            json.member("channel_count", position.channels)
        }
        json.member("provider", run.engine.rawValue)
        if let model = run.model { json.member("model", model) }
        json.member("workload", run.workload.rawValue)
        json.member("kind", run.kind.rawValue)
        json.member("payer", run.payer.rawValue)
        json.member("status", run.status.rawValue)
        json.member("started_at", Int(run.started.milliseconds))
        if let completed = run.completed { json.member("completed_at", Int(completed.milliseconds)) }
        json.member("latency_ns", Int(run.latency.wholeNanoseconds))
        json.member("audio_ns", Int(run.audio.wholeNanoseconds))
        if let speech = run.speech { json.member("speech_ns", Int(speech.wholeNanoseconds)) }
        json.member("billable_ns", Int(run.billable.wholeNanoseconds))
        if let connected = run.connected { json.member("connected_ns", Int(connected.wholeNanoseconds)) }
        if !run.features.isEmpty { json.member("features", run.features.sorted().map(\.rawValue).joined(separator: " ")) }
        json.member("billing", run.billing.rawValue)
        if let cost = run.cost { json.member("cost", Int(cost.hundredMillionths)) }
        json.member("retry_count", run.retries)
        if let fallback = run.fallback {
            json.member("fallback_from", fallback.from.rawValue)
            json.member("fallback_reason", fallback.reason.rawValue)
        }
        json.member("segment_count", run.segments)
        json.member("word_count", run.words)
        json.member("speaker_count", run.speakers)
        json.member("identified_speaker_count", run.identifiedSpeakers)
        if let error = run.errorClass { json.member("error_class", error) }
        json.endObject()
        return json.text
    }

    package static func decode(_ record: String) throws(UsageRecordError) -> UsageRecord {
        guard let value = try? JSONValue(parsing: Array(record.utf8)), case .object = value else { throw .notJSON }
        try check(value)
        func text(_ name: String) -> String? { if case .string(let text)? = value[name] { text } else { nil } }
        func number(_ name: String) -> Int64? { if case .int(let number)? = value[name] { Int64(number) } else { nil } }
        func needed<Value>(_ name: String, _ read: (String) -> Value?) throws(UsageRecordError) -> Value {
            guard let found = read(name) else { throw .badField(name) }
            return found
        }
        func name<Name: RawRepresentable>(_ field: String, _: Name.Type) throws(UsageRecordError) -> Name where Name.RawValue == String {
            try needed(field) { text($0).flatMap(Name.init(rawValue:)) }
        }
        var run = UsageRecord(
            id: ID(try needed("run_id", text)), user: ID(try needed("user", text)), key: text("key").map { ID($0) },
            conversation: text("conversation_id").map { ID($0) }, engine: EngineName(try needed("provider", text)), model: text("model"),
            workload: try name("workload", Workload.self), kind: try name("kind", RecognitionAttempt.Kind.self),
            payer: try name("payer", BillingParty.self),
            status: try name("status", UsageRecord.Status.self), started: UnixTime(milliseconds: try needed("started_at", number)))
        if let session = text("session_id") {
            run.position = UsageRecord.StreamPosition(
                of: ID(session), from: .nanoseconds(try needed("session_start_ns", number)), channels: Int(try needed("channel_count", number)))
        }
        run.completed = number("completed_at").map { UnixTime(milliseconds: $0) }
        run.latency = .nanoseconds(try needed("latency_ns", number))
        run.audio = .nanoseconds(try needed("audio_ns", number))
        run.speech = number("speech_ns").map { .nanoseconds($0) }
        run.billable = .nanoseconds(try needed("billable_ns", number))
        run.connected = number("connected_ns").map { .nanoseconds($0) }
        // A feature of a later version is left out.
        run.features = Set((text("features") ?? "").split(separator: " ").compactMap { BilledFeature(rawValue: String($0)) })
        run.billing = try name("billing", UsageRecord.Billing.self)
        run.cost = number("cost").map { USDollars(hundredMillionths: $0) }
        run.retries = Int(try needed("retry_count", number))
        if let from = text("fallback_from") {
            run.fallback = UsageRecord.Fallback(from: EngineName(from), try name("fallback_reason", UsageRecord.FallbackReason.self))
        }
        run.segments = Int(try needed("segment_count", number))
        run.words = Int(try needed("word_count", number))
        run.speakers = Int(try needed("speaker_count", number))
        run.identifiedSpeakers = Int(try needed("identified_speaker_count", number))
        run.errorClass = text("error_class")
        return run
    }

    private static func check(_ value: JSONValue, isWhole: Bool = true) throws(UsageRecordError) {
        switch value {
        case .object(let members):
            for member in members {
                guard isWhole, fields.contains(member.name) else { throw .unknownField(member.name) }
                try check(member.value, isWhole: false)
            }
            if !isWhole { throw .badField("{}") }
        case .array(let list):
            for element in list { try check(element, isWhole: false) }
            throw .badField("[]")
        case .null, .bool, .int, .double, .string: break
        }
    }
}

/// The reason why a stored usage record cannot be read.
package enum UsageRecordError: Error, Equatable {
    /// A name that is not in the list of fields.
    case unknownField(String)
    /// A field that is missing or of another type.
    case badField(String)
    case notJSON
}
