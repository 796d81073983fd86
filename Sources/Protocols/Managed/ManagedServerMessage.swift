package import Framing
import Speech

/// A message from the managed proxy. Times are in seconds since the first sample.
///
/// Source: Harken's own definition of `/ws/transcribe`, made to match its desktop client.
package enum ManagedServerMessage: Sendable, Equatable {
    /// An engine accepts audio. Always the first message, sent once.
    ///
    /// - Parameter ignored: names of the configuration's keys that have no effect, and `keyterm=TERM` for a key term without room at the engine.
    case ready(sessionID: String, model: String, secondsRemaining: Int?, ignored: [String] = [])
    case transcript(Transcript)
    case creditsLow(secondsRemaining: Int)
    /// Keys of the client's configuration that have no effect with the engine that serves the session. Clients skip messages that they do not know.
    case ignored(names: [String])
    /// The session is over. `reason` is an `EndReason`, or another server's own word, or empty.
    case sessionEnd(secondsUsed: Double, reason: String)
    case error(code: String, message: String, isFatal: Bool)
    case pong
    /// A message whose type this version does not know.
    case unrecognized
    case malformed

    package struct Transcript: Sendable, Equatable {
        package var text: String
        package var isFinal: Bool
        /// The times of the first word's start and the last word's end; nil from servers that send no times.
        package var times: ClosedRange<Double>?
        /// True if the turn is over; only in finals, and nil from servers that do not say.
        package var speechFinal: Bool?
        /// The words with their times; nil unless the client asked for them.
        package var words: [Word]?

        package init(text: String, isFinal: Bool, times: ClosedRange<Double>?, speechFinal: Bool? = nil, words: [Word]? = nil) {
            self.text = text
            self.isFinal = isFinal
            self.times = times
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
                secondsRemaining: root["seconds_remaining"].double.flatMap { Int(exactly: $0.rounded(.down)) },
                ignored: root["ignored"].strings ?? [])
        case "transcript":
            guard let text = root["text"].string else { self = .malformed; return }
            self = .transcript(
                Transcript(
                    text: text, isFinal: root["is_final"].bool ?? false, times: Self.times(root), speechFinal: root["speech_final"].bool,
                    words: Self.words(root["words"])))
        case "credits_low":
            self = .creditsLow(secondsRemaining: root["seconds_remaining"].double.flatMap { Int(exactly: $0.rounded(.down)) } ?? 0)
        case "ignored": self = .ignored(names: root["names"].strings ?? [])
        case "session_end":
            self = .sessionEnd(
                secondsUsed: root["seconds_used"].double ?? 0, reason: root["reason"].string ?? "")
        case "error":
            self = .error(
                code: root["code"].string ?? "", message: root["message"].string ?? "", isFatal: root["fatal"].bool ?? false)
        case "pong": self = .pong
        case .some: self = .unrecognized
        case nil: self = .malformed
        }
    }

    /// Returns the transcript's times; nil where there are none. Invalid times are no times.
    private static func times(_ transcript: borrowing JSONView) -> ClosedRange<Double>? {
        guard let end = transcript["end"].double, end > 0, end.isFinite else { return nil }
        let start = transcript["start"].double ?? 0
        return start >= 0 && start <= end ? start...end : nil
    }

    private static func words(_ list: JSONView) -> [Word]? {
        guard list.isArray else { return nil }
        var words: [Word] = []
        for index in 0..<list.count {
            let word = list[index]
            guard let text = word["word"].string, let start = word["start"].double, let end = word["end"].double else { continue }
            words.append(Word(text: text, start: start, end: end, confidence: word["confidence"].double ?? Double(Speech.Word.unknownConfidence)))
        }
        return words
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        switch self {
        case .ready(let sessionID, let model, let secondsRemaining, let ignored):
            json.member("type", literal: "ready")
            json.member("session_id", sessionID)
            json.member("model", model)
            json.key("seconds_remaining")
            if let secondsRemaining { json.value(secondsRemaining) } else { json.null() }
            guard !ignored.isEmpty else { break }
            json.key("ignored")
            json.array(ignored)
        case .transcript(let transcript): Self.write(transcript, &json)
        case .creditsLow(let secondsRemaining):
            json.member("type", literal: "credits_low")
            json.member("seconds_remaining", secondsRemaining)
        case .ignored(let names):
            json.member("type", literal: "ignored")
            json.key("names")
            json.array(names)
        case .sessionEnd(let secondsUsed, let reason):
            json.member("type", literal: "session_end")
            json.member("seconds_used", secondsUsed, decimals: 3)
            json.member("reason", reason)
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
        if let times = transcript.times {
            json.member("start", times.lowerBound, decimals: 3)
            json.member("end", times.upperBound, decimals: 3)
        }
        if transcript.isFinal, let speechFinal = transcript.speechFinal { json.member("speech_final", speechFinal) }
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
