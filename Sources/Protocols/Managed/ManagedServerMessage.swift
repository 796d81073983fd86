package import Framing

/// A message from the managed proxy. Times are in seconds since the first sample.
///
/// Source: Harken's own definition of `/ws/transcribe`, made to match its desktop client.
package enum ManagedServerMessage: Sendable, Equatable {
    /// An engine accepts audio. Always the first message, sent once.
    case ready(sessionID: String, model: String, secondsRemaining: Int?)
    case transcript(Transcript)
    case creditsLow(secondsRemaining: Int)
    case sessionEnd(secondsUsed: Double, reason: EndReason)
    case error(code: String, message: String, isFatal: Bool)
    case pong
    /// A message whose type this version does not know.
    case unrecognized
    case malformed

    package struct Transcript: Sendable, Equatable {
        package var text: String
        package var isFinal: Bool
        package var start: Double
        package var end: Double
        /// True if the turn is over; only in finals.
        package var speechFinal: Bool
        /// The words with their times; nil unless the client asked for them.
        package var words: [Word]?

        package init(text: String, isFinal: Bool, start: Double, end: Double, speechFinal: Bool = false, words: [Word]? = nil) {
            self.text = text
            self.isFinal = isFinal
            self.start = start
            self.end = end
            self.speechFinal = speechFinal
            self.words = words
        }
    }

    package struct Word: Sendable, Equatable {
        package var text: String
        package var start: Double
        package var end: Double
        package var confidence: Double

        package init(text: String, start: Double, end: Double, confidence: Double) {
            self.text = text
            self.start = start
            self.end = end
            self.confidence = confidence
        }
    }

    /// The reason of a session's normal end.
    package enum EndReason: String, Sendable, CaseIterable {
        case clientEnd = "client_end"
        case creditsExhausted = "credits_exhausted"
        case maxDuration = "max_duration"
        case idle
        case serverShutdown = "server_shutdown"
    }

    package init(parsing text: RawSpan) {
        guard let document = try? JSONDocument(parsing: text, sizeLimit: 1 << 20, depthLimit: 16) else {
            self = .malformed
            return
        }
        let root = document.root
        switch root["type"].string {
        case "ready":
            self = .ready(
                sessionID: root["session_id"].string ?? "", model: root["model"].string ?? "",
                secondsRemaining: root["seconds_remaining"].double.flatMap { Int(exactly: $0.rounded(.down)) })
        case "transcript":
            guard let text = root["text"].string else { self = .malformed; return }
            let start = root["start"].double ?? 0
            self = .transcript(
                Transcript(
                    text: text, isFinal: root["is_final"].bool ?? false, start: start, end: root["end"].double ?? start,
                    speechFinal: root["speech_final"].bool ?? false, words: Self.words(root["words"])))
        case "credits_low":
            self = .creditsLow(secondsRemaining: root["seconds_remaining"].double.flatMap { Int(exactly: $0.rounded(.down)) } ?? 0)
        case "session_end":
            self = .sessionEnd(
                secondsUsed: root["seconds_used"].double ?? 0, reason: root["reason"].string.flatMap(EndReason.init) ?? .clientEnd)
        case "error":
            self = .error(
                code: root["code"].string ?? "", message: root["message"].string ?? "", isFatal: root["fatal"].bool ?? false)
        case "pong": self = .pong
        case .some: self = .unrecognized
        case nil: self = .malformed
        }
    }

    private static func words(_ list: JSONView) -> [Word]? {
        guard list.isArray else { return nil }
        var words: [Word] = []
        for index in 0..<list.count {
            let word = list[index]
            guard let text = word["word"].string, let start = word["start"].double, let end = word["end"].double else { continue }
            words.append(Word(text: text, start: start, end: end, confidence: word["confidence"].double ?? 0))
        }
        return words
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        switch self {
        case .ready(let sessionID, let model, let secondsRemaining):
            json.member("type", literal: "ready")
            json.member("session_id", sessionID)
            json.member("model", model)
            json.key("seconds_remaining")
            if let secondsRemaining { json.value(secondsRemaining) } else { json.null() }
        case .transcript(let transcript): Self.write(transcript, &json)
        case .creditsLow(let secondsRemaining):
            json.member("type", literal: "credits_low")
            json.member("seconds_remaining", secondsRemaining)
        case .sessionEnd(let secondsUsed, let reason):
            json.member("type", literal: "session_end")
            json.member("seconds_used", secondsUsed, decimals: 3)
            json.member("reason", reason.rawValue)
        case .error(let code, let message, let isFatal):
            json.member("type", literal: "error")
            json.member("code", code)
            json.member("message", message)
            json.member("fatal", isFatal)
        case .pong: json.member("type", literal: "pong")
        case .unrecognized, .malformed: break
        }
        json.endObject()
    }

    /// The message as the bytes of one text message.
    package var text: [UInt8] {
        var json = JSONWriter(capacity: 256)
        write(to: &json)
        return json.bytes
    }

    private static func write(_ transcript: Transcript, _ json: inout JSONWriter) {
        json.member("type", literal: "transcript")
        json.member("text", transcript.text)
        json.member("is_final", transcript.isFinal)
        json.member("start", transcript.start, decimals: 3)
        json.member("end", transcript.end, decimals: 3)
        if transcript.isFinal { json.member("speech_final", transcript.speechFinal) }
        guard let words = transcript.words else { return }
        json.key("words")
        json.beginArray()
        for word in words {
            json.beginObject()
            json.member("word", word.text)
            json.member("start", word.start, decimals: 3)
            json.member("end", word.end, decimals: 3)
            json.member("confidence", word.confidence, decimals: 4)
            json.endObject()
        }
        json.endArray()
    }
}
