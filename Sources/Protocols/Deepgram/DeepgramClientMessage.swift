package import Framing
import Speech

/// A text message from a client on the live socket; audio comes in binary messages.
///
/// Source: Deepgram "Live Audio" reference, client messages.
package enum DeepgramClientMessage: Sendable, Equatable {
    case keepAlive
    /// Makes the buffered audio final, in one channel or (nil) in all channels.
    case finalize(channel: Int?)
    case closeStream
    /// Sets new key terms for the audio that follows, and says whether numbers are written in digits from there on; nil keeps the present value.
    case configure(keyterms: [String]?, numerals: Bool?)
    /// A `Configure` message that changes nothing, with the reason.
    case refused(DeepgramConfigureError)
    /// Any other message, with its error.
    case invalid(String)

    package init(parsing text: RawSpan) {
        do throws(JSONError) {
            let document = try JSONDocument(parsing: text, sizeLimit: 65_536, depthLimit: 16)
            let root = document.root
            let type = root["type"]
            if type.equals("KeepAlive") {
                self = .keepAlive
            } else if type.equals("Finalize") {
                self = .finalize(channel: root["channel"][0].int)
            } else if type.equals("CloseStream") {
                self = .closeStream
            } else if type.equals("Configure") {
                self = Self.change(root)
            } else if let name = type.string {
                self = .invalid("Unknown type \"\(name.prefix(bytes: 64))\". Known are KeepAlive, Finalize, CloseStream and Configure.")
            } else {
                self = .invalid("A text message must be a JSON object with a type. Audio belongs in binary messages.")
            }
        } catch {
            self = .invalid("The text message cannot be read. \(error) Audio belongs in binary messages.")
        }
    }

    private static func change(_ root: JSONView) -> DeepgramClientMessage {
        typealias Fields = DeepgramConfigureFields
        do throws(DeepgramConfigureError) {
            try Fields.check(root, "", known: ["type", "keyterms", "features"])
            try Fields.check(root["features"], "features.", known: ["numerals"])
            return .configure(
                keyterms: try Fields.strings(root["keyterms"], "keyterms"),
                numerals: try Fields.flag(root["features"]["numerals"], "features.numerals"))
        } catch {
            return .refused(error)
        }
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        switch self {
        case .keepAlive: json.member("type", literal: "KeepAlive")
        case .finalize(let channel):
            json.member("type", literal: "Finalize")
            if let channel {
                json.key("channel")
                json.beginArray()
                json.value(channel)
                json.endArray()
            }
        case .closeStream: json.member("type", literal: "CloseStream")
        case .configure(let keyterms, let numerals):
            json.member("type", literal: "Configure")
            if let keyterms {
                json.key("keyterms")
                json.array(keyterms)
            }
            if let numerals {
                json.key("features")
                json.beginObject()
                json.member("numerals", numerals)
                json.endObject()
            }
        case .refused, .invalid: break
        }
        json.endObject()
    }

    /// The message as the bytes of one text message.
    package var text: [UInt8] {
        var json = JSONWriter(capacity: 64)
        write(to: &json)
        return json.bytes
    }
}
