package import Framing
import Speech

/// A text message from a client on `WS /v2/listen`; audio comes in binary messages.
///
/// Source: Deepgram "Flux" reference, client messages.
package enum DeepgramFluxClientMessage: Sendable, Equatable {
    /// Announces the end of the audio. Does not end a turn.
    case closeStream
    case forceEndTurn
    case configure(DeepgramFluxChange)
    /// A `Configure` message that changes nothing, with the reason; the stream goes on.
    case refused(DeepgramConfigureError)
    /// Any other message, with its error; the stream ends.
    case invalid(String)

    package init(parsing text: RawSpan) {
        do throws(JSONError) {
            let document = try JSONDocument(parsing: text, sizeLimit: 65_536, depthLimit: 16)
            let type = document.root["type"]
            if type.equals("CloseStream") {
                self = .closeStream
            } else if type.equals("ForceEndTurn") {
                self = .forceEndTurn
            } else if type.equals("Configure") {
                do throws(DeepgramConfigureError) {
                    self = .configure(try DeepgramFluxChange(reading: document.root))
                } catch {
                    self = .refused(error)
                }
            } else if let name = type.string {
                self = .invalid("Unknown type \"\(name.prefix(bytes: 64))\". Known are Configure, ForceEndTurn and CloseStream.")
            } else {
                self = .invalid("A text message must be a JSON object with a type. Audio belongs in binary messages.")
            }
        } catch {
            self = .invalid("The text message cannot be read. \(error) Audio belongs in binary messages.")
        }
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        switch self {
        case .closeStream: json.member("type", literal: "CloseStream")
        case .forceEndTurn: json.member("type", literal: "ForceEndTurn")
        case .configure(let change):
            json.member("type", literal: "Configure")
            change.writeMembers(to: &json)
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
