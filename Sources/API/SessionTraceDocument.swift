internal import Continuity
internal import Framing
internal import Journal
internal import Speech
internal import Store

/// The known facts about a live session, in one document: its engines' attempts, its words with their origin, turns, gaps, repairs and cost. The
/// document is made of the transcript and of the usage ledger, so it is the same for an open session and for a stored one.
struct SessionTraceDocument: Sendable {
    let stored: StoredTranscript
    /// The session's attempts, in order of start.
    let attempts: [UsageRecord]
    /// The session's parts in conversations, in order of time.
    let parts: [SessionPart]

    private var rate: SampleRate { stored.transcript.rate }

    init(_ stored: StoredTranscript, attempts: [UsageRecord], parts: [SessionPart] = []) {
        self.stored = stored
        self.parts = parts
        self.attempts = attempts.sorted { ($0.started, $0.id.rawValue) < ($1.started, $1.id.rawValue) }
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", stored.record.id.rawValue)
        json.member("status", stored.status.rawValue)
        json.member("source", stored.record.dialect)
        json.member("started_at", optional: stored.record.started?.rfc3339)
        json.member("duration", stored.transcript.received.seconds(at: rate), decimals: 3)
        json.member("channels", stored.transcript.channels)
        writeConversations(to: &json)
        writeLegs(to: &json)
        writeWords(to: &json)
        writeShown(to: &json)
        writeTurns(to: &json)
        json.key("gaps")
        json.beginArray()
        for gap in stored.transcript.gaps {
            json.beginObject()
            write(gap.range, gap.channel, to: &json)
            json.member("reason", gap.cause.rawValue)
            json.endObject()
        }
        json.endArray()
        writeRepairs(to: &json)
        writeCost(to: &json)
        writeSpeech(to: &json)
        writeJudgments(to: &json)
        json.endObject()
    }

    /// Writes where voice detectors heard speech; null when none listened, or when the session was kept by an earlier version.
    private func writeSpeech(to json: inout JSONWriter) {
        json.key("vad")
        guard !stored.transcript.speech.isEmpty else { return json.null() }
        json.beginArray()
        for speech in stored.transcript.speech {
            json.beginObject()
            write(speech.range, speech.channel, to: &json)
            json.endObject()
        }
        json.endArray()
    }

    private func writeJudgments(to json: inout JSONWriter) {
        json.key("judgments")
        json.beginArray()
        for judgment in stored.transcript.judgments {
            json.beginObject()
            json.member("channel", judgment.channel.number)
            json.member("at", judgment.position.seconds(at: rate), decimals: 3)
            json.member("p", Double(judgment.probability), decimals: 3)
            json.member("engine", optional: judgment.engine?.rawValue)
            json.endObject()
        }
        json.endArray()
    }

    private func writeConversations(to json: inout JSONWriter) {
        json.key("conversations")
        json.beginArray()
        for part in parts {
            json.beginObject()
            json.member("id", part.conversation.rawValue)
            json.member("from", part.begins / .seconds(1), decimals: 3)
            // A part in which nobody has spoken yet has no place in its conversation.
            json.key("shift")
            if let shift = part.shift { json.value(shift / .seconds(1), decimals: 3) } else { json.null() }
            json.endObject()
        }
        json.endArray()
    }

    // MARK: - Attempts

    private func writeLegs(to json: inout JSONWriter) {
        json.key("legs")
        json.beginArray()
        for attempt in attempts {
            json.beginObject()
            json.member("id", attempt.id.rawValue)
            json.member("engine", attempt.engine.rawValue)
            json.member("model", optional: attempt.model)
            json.member("from", Self.start(of: attempt) / .seconds(1), decimals: 3)
            json.key("to")
            if let end = Self.end(of: attempt) { json.value(end / .seconds(1), decimals: 3) } else { json.null() }
            json.member("started_at", attempt.started.rfc3339)
            json.member("ended_at", optional: attempt.completed?.rfc3339)
            json.member("end", attempt.status == .started ? "open" : attempt.status.rawValue)
            json.member("error", optional: attempt.errorClass)
            json.member("retries", attempt.retries)
            json.member("after", optional: attempt.fallback?.from.rawValue)
            json.member("payer", attempt.payer.rawValue)
            json.key("cost")
            if attempt.completed != nil, let cost = attempt.cost { json.value(cost.dollars, decimals: 8) } else { json.null() }
            json.endObject()
        }
        json.endArray()
    }

    private static func start(of attempt: UsageRecord) -> Duration { attempt.position?.start ?? .zero }

    /// Returns the position in the session at which the attempt ended; nil while it runs.
    private static func end(of attempt: UsageRecord) -> Duration? {
        guard attempt.completed != nil else { return nil }
        return start(of: attempt) + attempt.audio / max(1, attempt.position?.channels ?? 1)
    }

    /// Returns the attempt in which an engine recognized the word at `start`; nil when the ledger has none that fits.
    private func leg(_ engine: EngineName, _ start: SampleIndex) -> UsageRecord? {
        let start = (start - .zero).duration(at: rate)
        return attempts.last { $0.engine == engine && Self.start(of: $0) <= start }
    }

    // MARK: - Words

    private func writeWords(to json: inout JSONWriter) {
        let versions = WordVersions(stored.transcript.shown, at: rate)
        json.key("words")
        json.beginArray()
        for (piece, word) in words {
            json.beginObject()
            json.member("text", word.text)
            json.member("start", word.range.start.seconds(at: rate), decimals: 3)
            json.member("end", word.range.end.seconds(at: rate), decimals: 3)
            json.member("confidence", Double(word.confidence), decimals: 3)
            json.member("channel", piece.commit.channel.number)
            json.member("turn", piece.turn)
            json.key("speaker")
            if let speaker = word.speaker { json.value(speaker.number) } else { json.null() }
            json.key("versions")
            json.beginArray()
            for version in versions.interims(of: word, in: piece.commit.channel) {
                write("interim", version.text, version.received, version.engine, leg(version.engine, word.range.start), nil, to: &json)
            }
            // Words that were recognized after the session have no attempt in the ledger.
            let leg = piece.isRecovered ? nil : leg(piece.commit.engine, piece.commit.range.start)
            let final = piece.isRecovered ? nil : versions.final(of: word, in: piece.commit.channel)
            write(piece.isRecovered ? "repair" : "final", word.text, final, piece.commit.engine, leg, piece.commit.reason, to: &json)
            json.endArray()
            json.endObject()
        }
        json.endArray()
    }

    private func write(
        _ kind: String, _ text: String, _ received: SampleIndex?, _ engine: EngineName, _ leg: UsageRecord?, _ reason: FinalReason?,
        to json: inout JSONWriter
    ) {
        json.beginObject()
        json.key("at")
        if let received { json.value(received.seconds(at: rate), decimals: 3) } else { json.null() }
        json.member("text", text)
        json.member("kind", kind)
        json.member("engine", engine.rawValue)
        json.member("leg", optional: leg?.id.rawValue)
        json.member("reason", optional: reason.map(Self.name))
        json.endObject()
    }

    /// Writes what the client was shown, change by change. An interim's first `kept` words are those of the interim before; a final ends the words
    /// whose middles are before `through`.
    private func writeShown(to json: inout JSONWriter) {
        json.key("shown")
        json.beginArray()
        for shown in stored.transcript.shown {
            json.beginObject()
            json.member("channel", shown.channel.number)
            json.member("at", shown.received.seconds(at: rate), decimals: 3)
            switch shown.change {
            case .final(let position): json.member("through", position.seconds(at: rate), decimals: 3)
            case .interim(let kept, let words, let engine):
                json.member("engine", engine.rawValue)
                json.member("kept", kept)
                json.key("words")
                json.beginArray()
                for word in words {
                    json.beginArray()
                    json.value(word.text)
                    json.value(word.range.start.seconds(at: rate), decimals: 3)
                    json.value(word.range.end.seconds(at: rate), decimals: 3)
                    json.endArray()
                }
                json.endArray()
            }
            json.endObject()
        }
        json.endArray()
    }

    /// All words with their pieces, in order of start.
    private var words: [(piece: SessionTranscript.Piece, word: Word)] {
        stored.transcript.pieces.joined().flatMap { piece in piece.commit.words.map { (piece, $0) } }.sorted { a, b in
            (a.1.range.start, a.0.commit.channel) < (b.1.range.start, b.0.commit.channel)
        }
    }

    private func writeTurns(to json: inout JSONWriter) {
        json.key("turns")
        json.beginArray()
        for pieces in stored.transcript.pieces {
            for (index, piece) in pieces.enumerated() where index + 1 == pieces.count || pieces[index + 1].turn != piece.turn {
                json.beginObject()
                json.member("channel", piece.commit.channel.number)
                json.member("turn", piece.turn)
                json.member("at", piece.commit.range.end.seconds(at: rate), decimals: 3)
                json.key("p")
                if let judgment = judgment(of: piece) { json.value(Double(judgment.probability), decimals: 3) } else { json.null() }
                json.member("over", piece.commit.endsTurn)
                json.member("reason", Self.name(of: piece.commit.reason))
                json.endObject()
            }
        }
        json.endArray()
    }

    /// Returns the last judgment about the pause at which a piece ends; nil when there is none.
    private func judgment(of piece: SessionTranscript.Piece) -> TurnJudgment? {
        // A piece may end in the silence behind the pause, and a turn may end with a piece of silence.
        let end = piece.commit.words.last?.range.end ?? piece.commit.range.start
        let from = end - SampleCount(Self.judgmentMargin, at: rate), through = piece.commit.range.end + SampleCount(Self.judgmentMargin, at: rate)
        return stored.transcript.judgments.last { $0.channel == piece.commit.channel && from <= $0.position && $0.position <= through }
    }

    /// Distance between the end of a turn's last word and the pause that was judged, by which detectors and engines differ.
    private static let judgmentMargin: Duration = .milliseconds(500)

    private static func name(of reason: FinalReason) -> String {
        switch reason {
        case .endOfTurn: "end_of_turn"
        case .pause: "pause"
        case .length: "length"
        case .flush: "flush"
        case .endOfAudio: "end_of_audio"
        }
    }

    private func writeRepairs(to json: inout JSONWriter) {
        json.key("repairs")
        json.beginArray()
        for piece in stored.transcript.pieces.joined() where piece.isRecovered {
            json.beginObject()
            write(piece.commit.range, piece.commit.channel, to: &json)
            json.member("engine", piece.commit.engine.rawValue)
            json.member("words", piece.commit.words.count)
            json.endObject()
        }
        json.endArray()
    }

    private func write(_ range: SampleRange, _ channel: ChannelIndex, to json: inout JSONWriter) {
        json.member("channel", channel.number)
        json.member("start", range.start.seconds(at: rate), decimals: 3)
        json.member("end", range.end.seconds(at: rate), decimals: 3)
    }

    /// Writes the cost so far at the end of each attempt. An attempt without a known cost ends the list, because no later sum is known.
    private func writeCost(to json: inout JSONWriter) {
        json.key("cost")
        json.beginArray()
        var total = USDollars.zero
        for attempt in attempts {
            guard let end = Self.end(of: attempt) else { continue }
            guard let cost = attempt.cost else { break }
            total = USDollars(hundredMillionths: total.hundredMillionths + cost.hundredMillionths)
            json.beginArray()
            json.value(end / .seconds(1), decimals: 3)
            json.value(total.dollars, decimals: 8)
            json.endArray()
        }
        json.endArray()
    }
}
