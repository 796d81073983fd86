package import Framing

/// A message from the service on the live socket.
///
/// Source: Deepgram "Live Audio" reference, server messages.
package enum DeepgramServerMessage: Sendable, Equatable {
    case results(DeepgramResults)
    /// - Parameter timestamp: start of the speech, in seconds since the first sample.
    case speechStarted(channel: Int, channels: Int, timestamp: Double)
    case utteranceEnd(channel: Int, channels: Int, lastWordEnd: Double)
    case metadata(DeepgramMetadata)
    case error(variant: String, description: String, message: String)
    /// - Parameters:
    ///   - keyterms: the new key terms; nil when the message has not replaced them.
    ///   - warnings: what of the message may have no effect.
    case configureSuccess(requestID: String, keyterms: [String]?, warnings: [String] = [])
    case configureFailure(requestID: String, code: String, description: String)
    /// A message whose type this version does not know. The stream goes on.
    case unrecognized(type: String)
    /// A message that is not an object with a type, or that lacks a required member.
    case malformed(String)

    /// - Parameter metadata: the encoded value of `metadata` in `DeepgramResults`; other messages ignore it.
    package func write(to json: inout JSONWriter, metadata: [UInt8] = Array("{}".utf8)) {
        switch self {
        case .results(let results): results.write(to: &json, metadata: metadata)
        case .metadata(let metadata): metadata.write(to: &json)
        case .speechStarted(let channel, let channels, let timestamp):
            Self.write("SpeechStarted", channel, channels, "timestamp", timestamp, to: &json)
        case .utteranceEnd(let channel, let channels, let lastWordEnd):
            Self.write("UtteranceEnd", channel, channels, "last_word_end", lastWordEnd, to: &json)
        case .error(let variant, let description, let message):
            json.beginObject()
            json.member("type", literal: "Error")
            json.member("variant", variant)
            json.member("description", description)
            json.member("message", message)
            json.endObject()
        case .configureSuccess(let requestID, let keyterms, let warnings):
            json.beginObject()
            json.member("type", literal: "ConfigureSuccess")
            json.member("request_id", requestID)
            if let keyterms {
                json.key("keyterms")
                json.array(keyterms)
            }
            if !warnings.isEmpty {
                json.key("warnings")
                json.array(warnings)
            }
            json.endObject()
        case .configureFailure(let requestID, let code, let description):
            json.beginObject()
            json.member("type", literal: "ConfigureFailure")
            json.member("request_id", requestID)
            json.member("code", code)
            json.member("description", description)
            json.endObject()
        case .unrecognized(let type):
            json.beginObject()
            json.member("type", type)
            json.endObject()
        case .malformed:
            json.beginObject()
            json.endObject()
        }
    }

    private static func write(
        _ type: StaticString, _ channel: Int, _ channels: Int, _ name: StaticString, _ seconds: Double, to json: inout JSONWriter
    ) {
        json.beginObject()
        json.member("type", literal: type)
        json.key("channel")
        json.beginArray()
        json.value(channel)
        json.value(channels)
        json.endArray()
        json.member(name, seconds, decimals: DeepgramWord.timeDecimals)
        json.endObject()
    }
}
