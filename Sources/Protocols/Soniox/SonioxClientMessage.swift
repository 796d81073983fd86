import Framing

/// A text message from a client after its configuration; audio comes in binary messages.
///
/// Source: Soniox "Real-time API" reference, control messages.
package enum SonioxClientMessage: Sendable, Equatable {
    /// Makes the received audio final.
    case finalize
    case keepAlive
    /// The empty text, which announces the end of the audio.
    case endOfAudio
    case invalid(SonioxError)

    package init(parsing text: RawSpan) {
        guard !text.isEmpty else {
            self = .endOfAudio
            return
        }
        guard let document = try? JSONDocument(parsing: text, sizeLimit: 65_536, depthLimit: 16), document.root.isObject else {
            self = .invalid(.malformedControl)
            return
        }
        let type = document.root["type"]
        if type.equals("finalize") {
            self = .finalize
        } else if type.equals("keepalive") {
            self = .keepAlive
        } else {
            self = .invalid(.unknownControl)
        }
    }

    /// The message as the bytes of one text message.
    package var text: [UInt8] {
        switch self {
        case .finalize: Array(#"{"type":"finalize"}"#.utf8)
        case .keepAlive: Array(#"{"type":"keepalive"}"#.utf8)
        case .endOfAudio, .invalid: []
        }
    }
}
