package import Framing
import Speech

/// A message from the service.
///
/// Agent STT passes on the messages of the real-time API, and has some of its own.
///
/// Source: Speechmatics "Real-time API" reference, server messages. Agent STT's own: speechmatics/docs, `spec/agent-stt.yaml`, September 2026.
package enum SpeechmaticsServerMessage: Sendable, Equatable {
    /// - Parameters:
    ///   - language: the language's English name.
    ///   - delimiter: what stands between two words of the language.
    ///   - isFromRight: true if the language is written from right to left.
    case recognitionStarted(id: String, language: String, delimiter: String = " ", isFromRight: Bool = false)
    /// - Parameter channel: the channel, in a session with several; each channel counts its own messages.
    case audioAdded(sequenceNumber: Int, channel: String? = nil)
    case partial(SpeechmaticsTranscript)
    case transcript(SpeechmaticsTranscript)
    /// - Parameter at: the end of the utterance, in seconds since the first sample.
    case endOfUtterance(at: Double, channel: String? = nil)
    case endOfTranscript
    /// The answer to a client that asked for speakers: the labels of those who were heard, such as `S1`. They have no identifiers here, with which another
    /// session could know them again.
    case speakers([String])
    /// The present guess at the segment that is being built, in place of the guess before; Agent STT only.
    case partialSegment(SpeechmaticsSegment)
    /// A segment that will not change; Agent STT only.
    case segment(SpeechmaticsSegment)
    /// The beginning or the end of speech or of a turn; Agent STT only.
    ///
    /// - Parameter at: the position in seconds since the first sample.
    case boundary(SpeechmaticsBoundary, at: Double)
    case info(type: String, reason: String, quality: String? = nil)
    /// - Parameter type: empty: a warning without a type, with which Agent STT names members that it ignores.
    case warning(type: String, reason: String)
    case error(type: String, reason: String)
    /// A message that this version does not know. The stream goes on.
    case unrecognized(String)
    /// A message that is not an object with a name, or that lacks a required member.
    case malformed(String)

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        switch self {
        case .recognitionStarted(let id, let language, let delimiter, let isFromRight):
            json.member("message", literal: "RecognitionStarted")
            json.member("id", id)
            json.member("orchestrator_version", literal: "harken")
            json.key("language_pack_info")
            json.beginObject()
            json.member("adapted", false)
            json.member("itn", true)
            json.member("language_description", language)
            json.member("word_delimiter", delimiter)
            json.member("writing_direction", isFromRight ? "right-to-left" : "left-to-right")
            json.endObject()
        case .audioAdded(let number, nil):
            json.member("message", literal: "AudioAdded")
            json.member("seq_no", number)
        case .audioAdded(let number, let channel?):
            json.member("message", literal: "ChannelAudioAdded")
            json.member("channel", channel)
            json.member("seq_no", number)
        case .partial(let transcript):
            json.member("message", literal: "AddPartialTranscript")
            transcript.writeMembers(to: &json)
        case .transcript(let transcript):
            json.member("message", literal: "AddTranscript")
            transcript.writeMembers(to: &json)
        case .endOfUtterance(let at, let channel):
            json.member("message", literal: "EndOfUtterance")
            if let channel { json.member("channel", channel) }
            json.key("metadata")
            json.beginObject()
            json.member("start_time", at, decimals: 3)
            json.member("end_time", at, decimals: 3)
            json.endObject()
        case .partialSegment(let segment):
            json.member("message", literal: "AddPartialSegment")
            segment.writeMembers(to: &json)
        case .segment(let segment):
            json.member("message", literal: "AddSegment")
            segment.writeMembers(to: &json)
        case .boundary(let boundary, let at):
            json.member("message", boundary.rawValue)
            json.key("metadata")
            json.beginObject()
            if boundary.isStart { json.member("start_time", at, decimals: 3) } else { json.member("end_time", at, decimals: 3) }
            json.endObject()
        case .endOfTranscript: json.member("message", literal: "EndOfTranscript")
        case .speakers(let labels):
            json.member("message", literal: "SpeakersResult")
            json.key("speakers")
            json.beginArray()
            for label in labels {
                json.beginObject()
                json.member("label", label)
                json.key("speaker_identifiers")
                json.beginArray()
                json.endArray()
                json.endObject()
            }
            json.endArray()
        case .info(let type, let reason, let quality):
            json.member("message", literal: "Info")
            json.member("type", type)
            json.member("reason", reason)
            if let quality { json.member("quality", quality) }
        case .warning(let type, let reason):
            json.member("message", literal: "Warning")
            if !type.isEmpty { json.member("type", type) }
            json.member("reason", reason)
        case .error(let type, let reason):
            json.member("message", literal: "Error")
            json.member("type", type)
            json.member("reason", reason)
        case .unrecognized(let name): json.member("message", name)
        case .malformed: break
        }
        json.endObject()
    }

    /// The message as the bytes of one text message.
    package var text: [UInt8] {
        var json = JSONWriter(capacity: 128)
        write(to: &json)
        return json.bytes
    }

    /// Maximum size of a message, in bytes. A final of ten minutes of fast speech stays below this size.
    private static let sizeLimit = 1_048_576

    package init(parsing text: RawSpan) {
        self = Fields.message(parsing: text, sizeLimit: Self.sizeLimit)
    }

    /// The members of all messages together; a name that several messages share means the same in each.
    private struct Fields: MessageFields {
        static func malformed(_ problem: String) -> SpeechmaticsServerMessage { .malformed(problem) }

        var name: String?
        var id: String?
        var sequenceNumber: Int?
        var start: Double?
        var end: Double?
        var results: [SpeechmaticsResult]?
        var type: String?
        var reason: String?
        var quality: String?
        var language: String?
        var delimiter: String?
        var direction: String?
        var channel: String?
        var segment: String?
        var speaker: String?
        var speakers: [String] = []

        mutating func read(_ name: JSONName, from reader: inout JSONReader) throws(JSONReader.Malformed) {
            switch name {
            case "message": self.name = try reader.string()
            case "id": id = try reader.string()
            case "seq_no": sequenceNumber = try reader.int()
            case "type": type = try reader.string()
            case "reason": reason = try reader.string()
            case "quality": quality = try reader.string()
            case "channel": channel = try reader.string()
            case "metadata":
                try reader.object { name, reader throws(JSONReader.Malformed) in
                    switch name {
                    case "start_time": start = try reader.double()
                    case "end_time": end = try reader.double()
                    default: try reader.skip()
                    }
                }
            case "results":
                var list: [SpeechmaticsResult] = []
                let isList = try reader.array { _, reader throws(JSONReader.Malformed) in
                    if let result = try SpeechmaticsResult(reading: &reader) { list.append(result) }
                }
                if isList { results = list }
            case "segment":
                try reader.object { name, reader throws(JSONReader.Malformed) in
                    switch name {
                    case "transcript": segment = try reader.string()
                    case "speaker": speaker = try reader.string()
                    default: try reader.skip()
                    }
                }
            case "speakers":
                try reader.array { _, reader throws(JSONReader.Malformed) in
                    try reader.object { name, reader throws(JSONReader.Malformed) in
                        switch name {
                        case "label": if let label = try reader.string() { speakers.append(label) }
                        default: try reader.skip()
                        }
                    }
                }
            case "language_pack_info":
                try reader.object { name, reader throws(JSONReader.Malformed) in
                    switch name {
                    case "language_description": language = try reader.string()
                    case "word_delimiter": delimiter = try reader.string()
                    case "writing_direction": direction = try reader.string()
                    default: try reader.skip()
                    }
                }
            default: try reader.skip()
            }
        }

        var message: SpeechmaticsServerMessage {
            switch name {
            case "RecognitionStarted":
                return .recognitionStarted(
                    id: id ?? "", language: language ?? "", delimiter: delimiter ?? " ", isFromRight: direction == "right-to-left")
            case "AudioAdded": return sequenceNumber.map { .audioAdded(sequenceNumber: $0) } ?? .malformed("AudioAdded lacks its seq_no")
            case "ChannelAudioAdded":
                guard let sequenceNumber, let channel else { return .malformed("ChannelAudioAdded lacks its seq_no or channel") }
                return .audioAdded(sequenceNumber: sequenceNumber, channel: channel)
            case "AddPartialTranscript", "AddTranscript":
                guard let start, let end, let results else { return .malformed("a transcript lacks a required field") }
                let transcript = SpeechmaticsTranscript(start: start, end: end, channel: channel, results: results)
                return name == "AddTranscript" ? .transcript(transcript) : .partial(transcript)
            case "AddPartialSegment", "AddSegment":
                guard let start, let end, let segment else { return .malformed("a segment lacks a required field") }
                guard segment.utf8.count <= SpeechmaticsSegment.maxBytes else {
                    return .malformed("a segment of more than \(SpeechmaticsSegment.maxBytes) bytes")
                }
                let whole = SpeechmaticsSegment(segment, start: start, end: end, speaker: speaker)
                return name == "AddSegment" ? .segment(whole) : .partialSegment(whole)
            case "SpeechStarted", "SpeechEnded", "StartOfTurn", "EndOfTurn":
                guard let boundary = name.flatMap(SpeechmaticsBoundary.init), let at = boundary.isStart ? start : end else {
                    return .malformed("a boundary lacks its time")
                }
                return .boundary(boundary, at: at)
            case "EndOfUtterance": return .endOfUtterance(at: end ?? start ?? 0, channel: channel)
            case "EndOfTranscript": return .endOfTranscript
            case "SpeakersResult": return .speakers(speakers)
            case "Info": return .info(type: type ?? "", reason: reason ?? "", quality: quality)
            case "Warning": return .warning(type: type ?? "", reason: reason ?? "")
            case "Error": return .error(type: type ?? "", reason: reason ?? "")
            case .some(let name): return .unrecognized(name.prefix(bytes: 64))
            case nil: return .malformed("not an object with a message")
            }
        }
    }
}
