package import Framing
package import Speech

/// A message to a client that asked for words (`words=true`), in place of segments. Positions are in samples at the rate that the client named.
package enum ListenWords: Sendable, Equatable {
    /// Words that are final. The ranges of these messages and of `gap` tile the session's time.
    case final(Hypothesis, reason: FinalReason, engine: EngineName)
    /// The latest guess at the words after the last final ones.
    case interim(Hypothesis)
    case speechStarted(at: SampleIndex)
    /// The turn of the last final words is over.
    case turnEnded(at: SampleIndex)
    /// Answers a `finalize` when there were no more words to make final.
    case flushed
    /// Audio that no engine recognized. `text` says why.
    case gap(SampleRange, text: String)

    /// Makes the message for an event of a session; nil for an event that clients get in another form.
    init?(_ event: SessionEvent, placing place: (SampleIndex) -> SampleIndex) {
        func placed(_ range: SampleRange) -> SampleRange { SampleRange(place(range.start), place(range.end)) }
        func placed(_ words: [Word]) -> [Word] {
            words.map { word in
                var word = word
                word.range = placed(word.range)
                return word
            }
        }
        switch event {
        case .commit(let commit):
            self = .final(Hypothesis(range: placed(commit.range), words: placed(commit.words)), reason: commit.reason, engine: commit.engine)
        case .interim(let guess): self = .interim(Hypothesis(range: placed(guess.range), words: placed(guess.words)))
        case .speechStarted(_, let at): self = .speechStarted(at: place(at))
        case .turnEnded(_, let at): self = .turnEnded(at: place(at))
        case .flushed: self = .flushed
        case .gap(_, let range, let error): self = .gap(placed(range), text: error.explanation)
        case .ready, .ended: return nil
        }
    }

    /// Reads a message; nil for any other message, and for an incomplete one.
    package init?(_ message: JSONView) {
        func interval(_ view: JSONView) -> SampleRange? {
            guard let start = view["start"].int, let end = view["end"].int, start >= 0, end >= start else { return nil }
            return SampleRange(SampleIndex(Int64(start)), SampleIndex(Int64(end)))
        }
        func hypothesis() -> Hypothesis? {
            guard let range = interval(message) else { return nil }
            let list = message["words"]
            return Hypothesis(range: range, words: (0..<list.count).compactMap { index in Self.word(list[index], interval(list[index])) })
        }
        func position() -> SampleIndex? { message["at"].int.flatMap { $0 >= 0 ? SampleIndex(Int64($0)) : nil } }
        switch message["type"].string {
        case "words":
            guard let said = hypothesis(), let reason = message["reason"].string.flatMap(FinalReason.init(listen:)) else { return nil }
            self = .final(said, reason: reason, engine: EngineName(message["engine"].string ?? ""))
        case "interim":
            guard let said = hypothesis() else { return nil }
            self = .interim(said)
        case "speech_started":
            guard let at = position() else { return nil }
            self = .speechStarted(at: at)
        case "turn_ended":
            guard let at = position() else { return nil }
            self = .turnEnded(at: at)
        case "flushed": self = .flushed
        case "gap":
            guard let range = interval(message) else { return nil }
            self = .gap(range, text: message["text"].string ?? "")
        case _: return nil
        }
    }

    private static func word(_ view: JSONView, _ range: SampleRange?) -> Word? {
        guard let text = view["text"].string, let range else { return nil }
        let confidence = view["confidence"].double ?? Double(Word.unknownConfidence)
        var word = Word(
            text, range, confidence: Float(min(max(confidence, 0), 1)), speaker: view["speaker"].int.map { SpeakerLabel($0) },
            language: view["language"].string.map { LanguageTag($0) })
        word.blankBefore = view["blank_before"].bool
        return word
    }

    func writeMembers(_ json: inout JSONWriter) {
        switch self {
        case .final(let said, let reason, let engine):
            json.member("type", literal: "words")
            Self.write(said, &json)
            json.member("reason", reason.inListen)
            json.member("engine", engine.rawValue)
        case .interim(let guess):
            json.member("type", literal: "interim")
            Self.write(guess, &json)
        case .speechStarted(let at):
            json.member("type", literal: "speech_started")
            json.member("at", Int(at.samples))
        case .turnEnded(let at):
            json.member("type", literal: "turn_ended")
            json.member("at", Int(at.samples))
        case .flushed: json.member("type", literal: "flushed")
        case .gap(let range, let text):
            json.member("type", literal: "gap")
            Self.write(range, &json)
            json.member("text", text)
        }
    }

    private static func write(_ range: SampleRange, _ json: inout JSONWriter) {
        json.member("start", Int(range.start.samples))
        json.member("end", Int(range.end.samples))
    }

    private static func write(_ said: Hypothesis, _ json: inout JSONWriter) {
        write(said.range, &json)
        json.key("words")
        json.beginArray()
        for word in said.words {
            json.beginObject()
            json.member("text", word.text)
            write(word.range, &json)
            json.member("confidence", Double(word.confidence), decimals: 4)
            if let speaker = word.speaker { json.member("speaker", speaker.number) }
            if let language = word.language { json.member("language", language.rawValue) }
            if let blank = word.blankBefore { json.member("blank_before", blank) }
            json.endObject()
        }
        json.endArray()
    }
}

extension FinalReason {
    /// The reason's name in messages.
    fileprivate var inListen: String {
        switch self {
        case .endOfTurn: "end_of_turn"
        case .pause: "pause"
        case .length: "length"
        case .flush: "finalize"
        case .endOfAudio: "end_of_audio"
        }
    }

    fileprivate init?(listen name: String) {
        guard let reason = [Self.endOfTurn, .pause, .length, .flush, .endOfAudio].first(where: { $0.inListen == name }) else { return nil }
        self = reason
    }
}
