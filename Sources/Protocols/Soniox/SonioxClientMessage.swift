import Framing

/// A text message from a client after its configuration; audio comes in binary messages.
///
/// Source: Soniox "Real-time API" reference, control messages, and "Manual finalization".
package enum SonioxClientMessage: Sendable, Equatable {
    /// Makes the received audio final.
    ///
    /// - Parameter silence: length of the silence that the client has sent behind the speech, in milliseconds; nil: it says nothing about it.
    case finalize(silence: Double? = nil)
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
            let silence = document.root["trailing_silence_ms"]
            guard silence.exists, !silence.isNull else {
                self = .finalize()
                return
            }
            if let length = silence.double, length.isFinite, length >= 0 {
                self = .finalize(silence: length)
            } else {
                self = .invalid(.malformedControl)
            }
        } else if type.equals("keepalive") {
            self = .keepAlive
        } else {
            self = .invalid(.unknownControl)
        }
    }

    /// The message as the bytes of one text message.
    package var text: [UInt8] {
        switch self {
        case .finalize(nil): Array(#"{"type":"finalize"}"#.utf8)
        case .finalize(let silence?): Array(#"{"type":"finalize","trailing_silence_ms":\#(silence)}"#.utf8)
        case .keepAlive: Array(#"{"type":"keepalive"}"#.utf8)
        case .endOfAudio, .invalid: []
        }
    }
}
