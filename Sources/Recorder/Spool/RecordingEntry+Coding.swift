internal import Framing
internal import Speech

/// The coding of an entry: one JSON object per line, whose only member names the kind.
extension RecordingEntry {
    var line: [UInt8] {
        var json = JSONWriter(capacity: 128)
        json.beginObject()
        switch self {
        case .begun(let origin):
            json.key("begun")
            json.beginObject()
            json.member("id", origin.id)
            json.member("at", Int(origin.began.milliseconds))
            json.member("server", origin.server)
            json.member("language", optional: origin.language)
            if let title = origin.title { json.member("title", title) }
            json.endObject()
        case .started(let time): json.member("started", Int(time.milliseconds))
        case .proposed(let id): json.member("proposed", optional: id)
        case .conversation(let id): json.member("conversation", optional: id)
        case .chunk(let chunk, let verdict):
            json.key("chunk")
            json.beginObject()
            json.member("start", Int(chunk.range.start.samples))
            json.member("end", Int(chunk.range.end.samples))
            json.member("final", chunk.isFinal)
            json.member("heard", verdict.rawValue)
            json.endObject()
        case .delivered(let start): json.member("delivered", Int(start.samples))
        case .rejected(let start, let status):
            json.key("refused")
            json.beginObject()
            json.member("start", Int(start.samples))
            json.member("status", status)
            json.endObject()
        case .hole(let range, let cause):
            json.key("hole")
            json.beginObject()
            json.member("start", Int(range.start.samples))
            json.member("end", Int(range.end.samples))
            json.member("cause", cause.rawValue)
            json.endObject()
        case .complete: json.member("complete", true)
        case .finished: json.member("finished", true)
        }
        json.endObject()
        return json.bytes + [0x0A]
    }

    /// Parses a line; nil when it is not a valid entry. The last line of a log may be incomplete.
    init?(line: some Sequence<UInt8>) {
        guard let value = try? JSONValue(parsing: Array(line)), case .object(let members) = value, let member = members.first else { return nil }
        let inner = member.value
        switch member.name {
        case "begun":
            guard let id = inner.text("id"), let at = inner.number("at"), let server = inner.text("server") else { return nil }
            self = .begun(
                RecordingOrigin(
                    id: id, began: UnixTime(milliseconds: Int64(at)), server: server, language: inner.text("language"), title: inner.text("title")))
        case "started":
            guard case .int(let at) = inner else { return nil }
            self = .started(UnixTime(milliseconds: Int64(at)))
        case "proposed":
            if case .string(let id) = inner { self = .proposed(id) } else { self = .proposed(nil) }
        case "conversation":
            if case .string(let id) = inner { self = .conversation(id) } else { self = .conversation(nil) }
        case "chunk":
            guard let range = inner.range, case .bool(let isFinal)? = inner["final"],
                let verdict = inner.text("heard").flatMap(SpeechVerdict.init(rawValue:))
            else { return nil }
            self = .chunk(QueuedChunk(range: range, isFinal: isFinal), verdict)
        case "delivered":
            guard case .int(let start) = inner else { return nil }
            self = .delivered(SampleIndex(start))
        case "refused":
            guard let start = inner.number("start"), let status = inner.number("status") else { return nil }
            self = .rejected(SampleIndex(start), status: status)
        case "hole":
            guard let range = inner.range, let cause = inner.text("cause").flatMap(HoleCause.init(rawValue:)) else { return nil }
            self = .hole(range, cause)
        case "complete": self = .complete
        case "finished": self = .finished
        case _: return nil
        }
    }
}

extension JSONValue {
    fileprivate func text(_ name: String) -> String? { if case .string(let text)? = self[name] { text } else { nil } }

    fileprivate func number(_ name: String) -> Int? { if case .int(let number)? = self[name] { number } else { nil } }

    fileprivate var range: SampleRange? {
        guard let start = number("start"), let end = number("end"), start >= 0, end > start else { return nil }
        return SampleRange(SampleIndex(start), SampleIndex(end))
    }
}
