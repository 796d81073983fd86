import Framing
import Speech

/// An event from a client of a transcription session.
///
/// Audio events come by the thousand, so they are read in one pass; other events are read from a document.
///
/// Source: OpenAI API reference, "Realtime", client events.
package struct RealtimeClientEvent: ~Copyable {
    package enum Kind: Sendable, Equatable {
        /// `session.update`, or the beta's `transcription_session.update`; the settings are read from the event itself.
        case update(RealtimeConfiguration.Shape)
        case append([UInt8])
        case commit
        case clear
        /// An invalid event, with its error.
        case invalid(RealtimeError)
    }

    /// Maximum audio in one event, in bytes.
    package static let maxAudio = 15 * 1024 * 1024
    /// Maximum size of a message, in bytes: the maximum audio in base 64, and the members around it.
    package static let maxBytes = maxAudio / 3 * 4 + 65_536

    /// Events of a conversation whose purpose is an answer by a model.
    private static let ofAnswers: Set<String> = [
        "response.create", "response.cancel", "output_audio_buffer.clear", "conversation.item.create", "conversation.item.retrieve",
        "conversation.item.truncate", "conversation.item.delete",
    ]

    package let kind: Kind
    /// The client's own id of the event; nil when it gave none.
    package let id: String?

    package init(parsing text: RawSpan) {
        let read = text.withUnsafeBytes { bytes in Self.read(bytes) }
        kind = read.kind
        id = read.id
    }

    private static func read(_ bytes: UnsafeRawBufferPointer) -> (kind: Kind, id: String?) {
        var type: String?
        var id: String?
        var audio: [UInt8]?
        var hasAudio = false
        var isTooLong = false
        var isObject = false
        var reader = JSONReader(bytes, depthLimit: 16)
        do throws(JSONReader.Malformed) {
            isObject = try reader.object { name, reader throws(JSONReader.Malformed) in
                switch name {
                case "type": type = try reader.string()
                case "event_id": id = try reader.string().map { $0.prefix(bytes: 512) }
                case "audio" where try reader.nextKind() == .string:
                    hasAudio = true
                    audio = nil
                    try reader.string { text in
                        isTooLong = text.count / 4 * 3 > maxAudio + 2
                        if !isTooLong { audio = Base64.decode(text) }
                    }
                default: try reader.skip()
                }
            }
            try reader.end()
        } catch {
            isObject = false
        }
        guard isObject else {
            return (.invalid(RealtimeError("We could not parse the JSON body of your event. It must be one JSON object.", code: "invalid_json")), id)
        }
        switch type {
        case "input_audio_buffer.append":
            guard hasAudio else { return (.invalid(.missing("audio")), id) }
            if isTooLong { return (.invalid(.invalid("audio", "An event may bring at most \(maxAudio) bytes of audio.")), id) }
            guard let audio else { return (.invalid(.invalid("audio", "audio must be base 64.")), id) }
            return (.append(audio), id)
        case "session.update": return (.update(.general), id)
        case "transcription_session.update": return (.update(.beta), id)
        case "input_audio_buffer.commit": return (.commit, id)
        case "input_audio_buffer.clear": return (.clear, id)
        case let type? where ofAnswers.contains(type):
            return (
                .invalid(.invalid("type", "'\(type)' has no effect: this server transcribes speech and gives no answers to it.")), id
            )
        case let type?:
            return (
                .invalid(
                    .invalid(
                        "type",
                        """
                        Invalid value: '\(type.prefix(bytes: 64))'. Supported values are: 'session.update', 'transcription_session.update', \
                        'input_audio_buffer.append', 'input_audio_buffer.commit', and 'input_audio_buffer.clear'.
                        """)), id
            )
        case nil: return (.invalid(.missing("type")), id)
        }
    }
}

extension RealtimeError {
    fileprivate static func missing(_ parameter: String) -> RealtimeError {
        RealtimeError("Missing required parameter: '\(parameter)'.", code: "missing_required_parameter", parameter: parameter)
    }
}
