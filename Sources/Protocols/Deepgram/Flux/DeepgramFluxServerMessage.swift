package import Framing
import Speech

/// A message from the service on `WS /v2/listen`. Each message carries the request's id and its own number.
///
/// Source: Deepgram "Flux" reference, server messages.
package enum DeepgramFluxServerMessage: Sendable, Equatable {
    /// The first message of a stream.
    case connected(requestID: String)
    case turn(DeepgramFluxTurn)
    /// The settings in force after a change.
    ///
    /// - Parameters:
    ///   - hints: the languages that are expected; nil with the English model.
    ///   - numerals: nil: the client has not said.
    case configureSuccess(DeepgramFluxThresholds, keyterms: [String], hints: [String]? = nil, numerals: Bool? = nil)
    case configureFailure(code: String, description: String)
    /// Something that has no effect; the stream goes on.
    case warning(code: String, description: String)
    /// The error that ends the stream.
    case error(code: String, description: String)
    /// A message whose type this version does not know or does not use. The stream goes on.
    case unrecognized(type: String)
    /// A message that is not an object with a type, or that lacks a required member.
    case malformed(String)

    package func write(to json: inout JSONWriter, requestID: String, sequence: Int) {
        json.beginObject()
        json.member("type", type)
        json.member("request_id", requestID)
        json.member("sequence_id", sequence)
        switch self {
        case .turn(let turn): turn.writeMembers(to: &json)
        case .configureSuccess(let thresholds, let keyterms, let hints, let numerals):
            json.key("thresholds")
            thresholds.write(to: &json)
            json.key("keyterms")
            json.array(keyterms)
            if let hints {
                json.key("language_hints")
                json.array(hints)
            }
            if let numerals { json.member("numerals", numerals) }
        case .configureFailure(let code, let description), .warning(let code, let description), .error(let code, let description):
            json.member("code", code)
            json.member("description", description)
        case .connected, .unrecognized, .malformed: break
        }
        json.endObject()
    }

    private var type: String {
        switch self {
        case .connected: "Connected"
        case .turn: "TurnInfo"
        case .configureSuccess: "ConfigureSuccess"
        case .configureFailure: "ConfigureFailure"
        case .warning: "Warning"
        case .error: "Error"
        case .unrecognized(let type): type
        case .malformed: ""
        }
    }
}

extension DeepgramFluxServerMessage {
    /// Maximum size of a message, in bytes. Each message of a turn repeats all its words.
    private static let sizeLimit = 4_194_304

    package init(parsing text: RawSpan) {
        self = Fields.message(parsing: text, sizeLimit: Self.sizeLimit)
    }

    /// The members of all messages together.
    private struct Fields: MessageFields {
        static func malformed(_ problem: String) -> DeepgramFluxServerMessage { .malformed(problem) }

        var type: String?
        var requestID = ""
        var event: String?
        var index: Int?
        var windowStart: Double?
        var windowEnd: Double?
        var words: [DeepgramWord] = []
        var transcript = ""
        var confidence = 0.0
        var trigger: String?
        var languages: [String] = []
        var hinted: [String] = []
        var hints: [String]?
        var numerals: Bool?
        var code = ""
        var description = ""
        var thresholds = DeepgramFluxThresholds()
        var keyterms: [String] = []

        mutating func read(_ name: JSONName, from reader: inout JSONReader) throws(JSONReader.Malformed) {
            switch name {
            case "type": type = try reader.string()
            case "request_id": requestID = try reader.string() ?? ""
            case "event": event = try reader.string()
            case "turn_index": index = try reader.int()
            case "audio_window_start": windowStart = try reader.double()
            case "audio_window_end": windowEnd = try reader.double()
            case "transcript": transcript = try reader.string() ?? ""
            case "words":
                words = []
                try reader.array { _, reader throws(JSONReader.Malformed) in
                    if let word = try DeepgramWord(reading: &reader) { words.append(word) }
                }
            case "end_of_turn_confidence": confidence = try reader.double() ?? 0
            case "trigger": trigger = try reader.string()
            case "languages": languages = try reader.strings()
            case "languages_hinted": hinted = try reader.strings()
            case "language_hints": hints = try reader.strings()
            case "numerals": numerals = try reader.bool()
            case "code": code = try reader.string() ?? ""
            case "description": description = try reader.string() ?? ""
            case "thresholds":
                try reader.object { name, reader throws(JSONReader.Malformed) in
                    switch name {
                    case "eot_threshold": thresholds.endOfTurn = try reader.double()
                    case "eager_eot_threshold": thresholds.eager = try reader.double()
                    case "eot_timeout_ms": thresholds.timeout = try reader.int()
                    default: try reader.skip()
                    }
                }
            case "keyterms": keyterms = try reader.strings()
            default: try reader.skip()
            }
        }

        var message: DeepgramFluxServerMessage {
            switch type {
            case "Connected": return .connected(requestID: requestID)
            case "TurnInfo":
                guard let name = event, let index, let windowStart, let windowEnd else { return .malformed("TurnInfo lacks a required field") }
                guard let event = DeepgramFluxTurn.Event(rawValue: name) else { return .unrecognized(type: name.prefix(bytes: 64)) }
                var said = words
                said.keepBlanks(of: transcript)
                return .turn(
                    DeepgramFluxTurn(
                        event: event, index: index, windowStart: windowStart, windowEnd: windowEnd, words: said, confidence: confidence,
                        trigger: trigger.flatMap(DeepgramFluxTurn.Trigger.init), languages: languages, hinted: hinted))
            case "ConfigureSuccess": return .configureSuccess(thresholds, keyterms: keyterms, hints: hints, numerals: numerals)
            case "ConfigureFailure": return .configureFailure(code: code, description: description)
            case "Warning": return .warning(code: code, description: description)
            case "Error": return .error(code: code, description: description)
            case .some(let name): return .unrecognized(type: name.prefix(bytes: 64))
            case nil: return .malformed("not an object with a type")
            }
        }
    }
}
