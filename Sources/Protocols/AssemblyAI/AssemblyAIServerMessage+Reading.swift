import Framing
import Speech

extension AssemblyAIServerMessage {
    /// Maximum size of a message, in bytes. Each message of a turn repeats all its words; an hour of speech without a pause stays below this size.
    private static let sizeLimit = 4_194_304

    package init(parsing text: RawSpan) {
        self = Fields.message(parsing: text, sizeLimit: Self.sizeLimit)
    }

    /// The members of all messages together.
    private struct Fields: MessageFields {
        static func malformed(_ problem: String) -> AssemblyAIServerMessage { .malformed(problem) }

        var type: String?
        var id: String?
        var expiresAt: Int?
        var model: String?
        var mode: String?
        var timestamp: Double?
        var order: Int?
        var isFormatted: Bool?
        var endOfTurn: Bool?
        var transcript: String?
        var confidence = 0.0
        var words: [AssemblyAIWord]?
        var utterance = ""
        var languageCode: String?
        var languageConfidence: Double?
        var speaker: String?
        var warningCode: Int?
        var warning: String?
        var audioSeconds: Double?
        var sessionSeconds: Double?
        var received: Double?
        var total: Double?
        var factor: Double?
        var maxSpeech: Double?
        var start: Double?
        var end: Double?
        var errorCode: Int?
        var error: String?

        mutating func read(_ name: JSONName, from reader: inout JSONReader) throws(JSONReader.Malformed) {
            switch name {
            case "type": type = try reader.string()
            case "id": id = try reader.string()
            case "expires_at": expiresAt = try reader.int()
            case "configuration": try readConfiguration(&reader)
            case "timestamp": timestamp = try reader.double()
            case "turn_order": order = try reader.int()
            case "turn_is_formatted": isFormatted = try reader.bool()
            case "end_of_turn": endOfTurn = try reader.bool()
            case "transcript": transcript = try reader.string()
            case "end_of_turn_confidence": confidence = try reader.double() ?? 0
            case "words": try readWords(&reader)
            case "utterance": utterance = try reader.string() ?? ""
            case "language_code": languageCode = try reader.string()
            case "language_confidence": languageConfidence = try reader.double()
            case "speaker_label": speaker = try reader.string()
            case "audio_duration_seconds": audioSeconds = try reader.double()
            case "session_duration_seconds": sessionSeconds = try reader.double()
            case "total_audio_received_ms": received = try reader.double()
            case "total_duration_ms": total = try reader.double()
            case "realtime_factor": factor = try reader.double()
            case "max_speech_probability": maxSpeech = try reader.double()
            case "start_ms": start = try reader.double()
            case "end_ms": end = try reader.double()
            case "error_code": errorCode = try reader.int()
            case "warning_code": warningCode = try reader.int()
            case "warning": warning = try reader.string()
            case "error": error = try reader.string()
            default: try reader.skip()
            }
        }

        private mutating func readConfiguration(_ reader: inout JSONReader) throws(JSONReader.Malformed) {
            try reader.object { name, reader throws(JSONReader.Malformed) in
                switch name {
                case "model": model = try reader.string()
                case "mode": mode = try reader.string()
                default: try reader.skip()
                }
            }
        }

        private mutating func readWords(_ reader: inout JSONReader) throws(JSONReader.Malformed) {
            var read: [AssemblyAIWord] = []
            read.reserveCapacity(16)
            let isArray = try reader.array { _, reader throws(JSONReader.Malformed) in
                if let word = try AssemblyAIWord(reading: &reader) { read.append(word) }
            }
            words = isArray ? read : nil
        }

        var message: AssemblyAIServerMessage {
            switch type {
            case "Begin":
                guard let id else { return .malformed("Begin lacks its id") }
                return .begin(id: id, expiresAt: expiresAt ?? 0, model: model ?? "", mode: mode ?? "")
            case "SpeechStarted":
                guard let time = timestamp.flatMap({ Int(exactly: $0.rounded()) }) else { return .malformed("SpeechStarted lacks its timestamp") }
                return .speechStarted(milliseconds: time)
            case "Turn":
                guard let order, let isFormatted, let endOfTurn, let transcript, var words else { return .malformed("Turn lacks a required field") }
                words.keepBlanks(of: transcript)
                return .turn(
                    AssemblyAITurn(
                        order: order, isFormatted: isFormatted, endOfTurn: endOfTurn, transcript: transcript, endOfTurnConfidence: confidence,
                        words: words, utterance: utterance, languageCode: languageCode, languageConfidence: languageConfidence, speaker: speaker))
            case "Termination": return .termination(audioSeconds: Self.whole(audioSeconds), sessionSeconds: Self.whole(sessionSeconds))
            case "Heartbeat":
                return .heartbeat(received: Self.whole(received), total: Self.whole(total), factor: factor ?? 0, maxSpeech: maxSpeech ?? 0)
            case "Silence": return .silence(start: Self.whole(start), end: Self.whole(end))
            case "Warning": return .warning(code: warningCode ?? 0, message: warning ?? "")
            case "Error": return .error(code: errorCode, message: error ?? "")
            case .some(let name): return .unrecognized(type: name.prefix(bytes: 64))
            case nil:
                // An error in the older form, without a type.
                guard let error else { return .malformed("not an object with a type") }
                return .error(code: errorCode, message: error)
            }
        }

        private static func whole(_ number: Double?) -> Int { number.flatMap { Int(exactly: $0.rounded()) } ?? 0 }
    }
}
