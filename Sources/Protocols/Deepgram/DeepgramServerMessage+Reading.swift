import Framing
import Speech

extension DeepgramServerMessage {
    /// Maximum size of a message, in bytes. A final of ten minutes of fast speech stays below this size.
    private static let sizeLimit = 1_048_576

    package init(parsing text: RawSpan) {
        self = Fields.message(parsing: text, sizeLimit: Self.sizeLimit)
    }

    /// Maximum size of a name of the vendor's that is passed on, in bytes.
    private static let nameLimit = 128

    /// Returns the vendor's request with its model, which results have in their metadata; nil when the message names no request.
    static func session(in text: RawSpan) -> EngineSession? {
        text.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes), id: String?
            var name: String?, version: String?, family: String?, modelID: String?
            _ = try? reader.object { member, reader throws(JSONReader.Malformed) in
                guard member == "metadata" else { return try reader.skip() }
                try reader.object { member, reader throws(JSONReader.Malformed) in
                    switch member {
                    case "request_id": id = try reader.string()
                    case "model_uuid": modelID = try reader.string()
                    case "model_info":
                        _ = try reader.object { member, reader throws(JSONReader.Malformed) in
                            switch member {
                            case "name": name = try reader.string()
                            case "version": version = try reader.string()
                            case "arch": family = try reader.string()
                            default: try reader.skip()
                            }
                        }
                    default: try reader.skip()
                    }
                }
            }
            func cut(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0.prefix(bytes: nameLimit) } }
            var session = id.flatMap { EngineSession(vendorID: $0) }
            session?.model = cut(name).map { EngineModel($0, version: cut(version), family: cut(family), id: cut(modelID)) }
            return session
        }
    }

    /// The members of all messages together; a name that several messages share means the same in each.
    private struct Fields: MessageFields {
        static func malformed(_ problem: String) -> DeepgramServerMessage { .malformed(problem) }

        var type: String?
        var channel = 0
        var channels = 1
        var start: Double?
        var duration: Double?
        var isFinal: Bool?
        var speechFinal = false
        var fromFinalize = false
        var alternative: DeepgramAlternative?
        var timestamp: Double?
        var lastWordEnd: Double?
        var requestID: String?
        var created: String?
        var channelCount: Int?
        var variant: String?
        var description: String?
        var text: String?
        var code: String?
        var keyterms: [String]?
        var warnings: [String] = []

        mutating func read(_ name: JSONName, from reader: inout JSONReader) throws(JSONReader.Malformed) {
            switch name {
            case "type": type = try reader.string()
            case "start": start = try reader.double()
            case "duration": duration = try reader.double()
            case "is_final": isFinal = try reader.bool()
            case "speech_final": speechFinal = try reader.bool() ?? false
            case "from_finalize": fromFinalize = try reader.bool() ?? false
            case "channel_index": try readChannel(&reader)
            case "channel":
                // `channel` is an object in Results, and a pair of numbers in other messages.
                if try reader.nextKind() == .object {
                    alternative = try DeepgramAlternative(readingChannel: &reader)
                } else {
                    try readChannel(&reader)
                }
            case "timestamp": timestamp = try reader.double()
            case "last_word_end": lastWordEnd = try reader.double()
            case "request_id": requestID = try reader.string()
            case "created": created = try reader.string()
            case "channels": channelCount = try reader.int()
            case "variant": variant = try reader.string()
            case "description": description = try reader.string()
            case "message": text = try reader.string()
            case "code": code = try reader.string()
            case "keyterms": keyterms = try reader.strings()
            case "warnings": warnings = try reader.strings()
            default: try reader.skip()
            }
        }

        private mutating func readChannel(_ reader: inout JSONReader) throws(JSONReader.Malformed) {
            try reader.array { index, reader throws(JSONReader.Malformed) in
                guard let number = try reader.int() else { return }
                if index == 0 { channel = number } else if index == 1 { channels = number }
            }
        }

        var message: DeepgramServerMessage {
            switch type {
            case "Results":
                guard let start, let duration, let isFinal, let alternative else { return .malformed("Results lacks a required field") }
                return .results(
                    DeepgramResults(
                        channel: channel, channels: channels, start: start, duration: duration, isFinal: isFinal, speechFinal: speechFinal,
                        fromFinalize: fromFinalize, alternative: alternative))
            case "SpeechStarted":
                guard let timestamp else { return .malformed("SpeechStarted lacks its timestamp") }
                return .speechStarted(channel: channel, channels: channels, timestamp: timestamp)
            case "UtteranceEnd":
                return .utteranceEnd(channel: channel, channels: channels, lastWordEnd: lastWordEnd ?? -1)
            case "Metadata":
                guard let requestID, let duration else { return .malformed("Metadata lacks a required field") }
                return .metadata(DeepgramMetadata(requestID: requestID, created: created ?? "", duration: duration, channels: channelCount ?? 1))
            case "Error":
                return .error(variant: variant ?? "", description: description ?? "", message: text ?? "")
            case "ConfigureSuccess":
                return .configureSuccess(requestID: requestID ?? "", keyterms: keyterms, warnings: warnings)
            case "ConfigureFailure":
                return .configureFailure(requestID: requestID ?? "", code: code ?? "", description: description ?? "")
            case .some(let name):
                return .unrecognized(type: name.prefix(bytes: 64))
            case nil:
                return .malformed("not an object with a type")
            }
        }
    }
}
