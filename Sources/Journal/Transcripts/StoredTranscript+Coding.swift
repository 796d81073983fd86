internal import Continuity
internal import Framing
internal import Speech
internal import Store

/// File format of a transcript: JSON with positions in samples.
extension StoredTranscript {
    private static let version = 1

    /// Reason why a file cannot be used here.
    package enum Unreadable: Error, Sendable, Equatable {
        /// A newer version wrote the file, which is left for that version.
        case newer
        case damaged
        /// The disk cannot read the file now. The text says why.
        case notReadable(String)
    }

    package func encoded() -> [UInt8] {
        var json = JSONWriter(capacity: 16_384)
        json.beginObject()
        json.member("version", Self.version)
        json.member("id", record.id.rawValue)
        json.member("status", status.rawValue)
        json.member("attempts", attempts)
        if let rest {
            json.member("rest_end", Int(rest.end.samples))
            if let successor = rest.successor { json.member("successor", successor.rawValue) }
        }
        if let started = record.started { json.member("started", Int(started.milliseconds)) }
        if let recorded = record.recorded { json.member("recorded", Int(recorded.milliseconds)) }
        json.member("dialect", record.dialect)
        json.member("workload", record.workload.rawValue)
        if let language = record.language { json.member("language", language.rawValue) }
        if let model = record.model { json.member("model", model) }
        json.key("keyterms")
        json.beginArray()
        for term in record.keyterms { json.value(term) }
        json.endArray()
        json.member("diarize", record.diarize)
        if !record.redaction.isEmpty {
            json.key("redaction")
            json.beginArray()
            for kind in record.redaction.map(\.rawValue).sorted() { json.value(kind) }
            json.endArray()
        }
        if let engines = record.engines {
            json.key("engines")
            json.beginArray()
            for engine in engines { json.value(engine.rawValue) }
            json.endArray()
        }
        if let owner = record.owner {
            json.member("user", owner.user)
            json.member("key", owner.key)
        }
        json.member("rate", transcript.rate.hertz)
        json.member("received", Int(transcript.received.samples))
        json.key("channels")
        json.beginArray()
        for pieces in transcript.pieces {
            json.beginArray()
            for piece in pieces { Self.write(piece, &json) }
            json.endArray()
        }
        json.endArray()
        json.key("gaps")
        json.beginArray()
        for gap in transcript.gaps {
            json.beginArray()
            json.value(gap.channel.number)
            json.value(Int(gap.range.start.samples))
            json.value(Int(gap.range.count.samples))
            json.value(gap.cause.rawValue)
            json.endArray()
        }
        json.endArray()
        if !transcript.notices.isEmpty {
            json.key("notices")
            json.array(transcript.notices.map(\.line))
        }
        if !transcript.shown.isEmpty {
            json.key("shown")
            json.beginArray()
            for shown in transcript.shown { Self.write(shown, &json) }
            json.endArray()
        }
        Self.write(transcript.speech, transcript.judgments, &json)
        json.endObject()
        return json.bytes
    }

    /// Writes `[channel, start, length]` for speech, and `[channel, position, probability, engine]` for a judgment; the engine may be missing.
    private static func write(_ speech: [HeardSpeech], _ judgments: [TurnJudgment], _ json: inout JSONWriter) {
        if !speech.isEmpty {
            json.key("speech")
            json.beginArray()
            for heard in speech {
                json.beginArray()
                json.value(heard.channel.number)
                json.value(Int(heard.range.start.samples))
                json.value(Int(heard.range.count.samples))
                json.endArray()
            }
            json.endArray()
        }
        guard !judgments.isEmpty else { return }
        json.key("judgments")
        json.beginArray()
        for judgment in judgments {
            json.beginArray()
            json.value(judgment.channel.number)
            json.value(Int(judgment.position.samples))
            json.value(Double(judgment.probability), decimals: 4)
            if let engine = judgment.engine { json.value(engine.rawValue) }
            json.endArray()
        }
        json.endArray()
    }

    private static func readSpeech(_ heard: borrowing JSONView) -> HeardSpeech? {
        guard let channel = heard[0].int, let start = heard[1].int, let count = heard[2].int else { return nil }
        return HeardSpeech(channel: ChannelIndex(channel), range: SampleRange(SampleIndex(start), count: SampleCount(count)))
    }

    private static func readJudgment(_ judgment: borrowing JSONView) -> TurnJudgment? {
        guard let channel = judgment[0].int, let position = judgment[1].int, let probability = judgment[2].double else { return nil }
        return TurnJudgment(
            channel: ChannelIndex(channel), position: SampleIndex(position), probability: Float(probability),
            engine: judgment[3].string.map { EngineName($0) })
    }

    /// Writes `[channel, received, kept, engine, words]` for an interim, and `[channel, received, through]` for a final.
    private static func write(_ shown: ShownWords, _ json: inout JSONWriter) {
        json.beginArray()
        json.value(shown.channel.number)
        json.value(Int(shown.received.samples))
        switch shown.change {
        case .interim(let kept, let words, let engine):
            json.value(kept)
            json.value(engine.rawValue)
            Word.write(Array(words), to: &json)
        case .final(let position): json.value(Int(position.samples))
        }
        json.endArray()
    }

    private static func readShown(_ shown: borrowing JSONView) -> ShownWords? {
        guard let channel = shown[0].int, let received = shown[1].int, let number = shown[2].int else { return nil }
        let change =
            shown.count > 3
            ? ShownWords.Change.interim(kept: number, words: Word.read(shown[4])[...], EngineName(shown[3].string ?? ""))
            : .final(through: SampleIndex(number))
        return ShownWords(channel: ChannelIndex(channel), received: SampleIndex(received), change: change)
    }

    private static func write(_ piece: SessionTranscript.Piece, _ json: inout JSONWriter) {
        let commit = piece.commit
        json.beginObject()
        json.member("start", Int(commit.range.start.samples))
        json.member("length", Int(commit.range.count.samples))
        json.member("turn", piece.turn)
        json.member("reason", Int(CommitRecord.code(commit.reason)))
        json.member("engine", commit.engine.rawValue)
        if piece.isRecovered { json.member("recovered", true) }
        json.key("words")
        Word.write(commit.words, to: &json)
        json.endObject()
    }

    package init(decoding bytes: [UInt8]) throws(Unreadable) {
        guard let document = try? JSONDocument(parsing: bytes, sizeLimit: 1 << 30) else { throw .damaged }
        let root = document.root
        guard let version = root["version"].int else { throw .damaged }
        guard version <= Self.version else { throw .newer }
        guard let id = root["id"].string, let status = root["status"].string.flatMap(Status.init(rawValue:)), let hertz = root["rate"].int,
            hertz > 0, let received = root["received"].int
        else { throw .damaged }
        let names = { (list: borrowing JSONView) in (0..<list.count).compactMap { list[$0].string } }
        record = SessionRecord(
            id: ID(id), started: root["started"].int.map { UnixTime(milliseconds: Int64($0)) }, dialect: root["dialect"].string ?? "",
            workload: root["workload"].string.flatMap(Workload.init(rawValue:)) ?? .realtime,
            language: root["language"].string.map { LanguageTag($0) },
            model: root["model"].string, keyterms: names(root["keyterms"]), diarize: root["diarize"].bool ?? false,
            engines: root["engines"].isArray ? names(root["engines"]).map { EngineName($0) } : nil,
            owner: root["user"].string.map { SessionRecord.Owner(user: $0, key: root["key"].string ?? "") },
            redaction: Set(names(root["redaction"]).compactMap(SensitiveKind.init)),
            recorded: root["recorded"].int.map { UnixTime(milliseconds: Int64($0)) })
        let channels = root["channels"]
        transcript = SessionTranscript(rate: SampleRate(hertz: hertz), channels: channels.count, received: SampleCount(received))
        for number in 0..<channels.count {
            for index in 0..<channels[number].count { Self.read(channels[number][index], ChannelIndex(number), into: &transcript) }
        }
        let gaps = root["gaps"]
        for index in 0..<gaps.count {
            let gap = gaps[index]
            guard let channel = gap[0].int, let start = gap[1].int, let count = gap[2].int else { throw .damaged }
            transcript.note(
                gap[3].string.flatMap(GapCause.init(rawValue:)) ?? .interrupted, ChannelIndex(channel),
                SampleRange(SampleIndex(start), count: SampleCount(count)))
        }
        transcript.notices = names(root["notices"]).compactMap { RecordingNotice(line: $0) }
        let shown = root["shown"]
        transcript.shown = (0..<shown.count).compactMap { Self.readShown(shown[$0]) }
        let speech = root["speech"], judgments = root["judgments"]
        transcript.speech = (0..<speech.count).compactMap { Self.readSpeech(speech[$0]) }
        transcript.judgments = (0..<judgments.count).compactMap { Self.readJudgment(judgments[$0]) }
        self.status = status
        attempts = root["attempts"].int ?? 0
        let successor = root["successor"].string
        rest = root["rest_end"].int.map { Rest(end: SampleIndex($0), successor: successor.map { ID($0) }) }
    }

    private static func read(_ piece: borrowing JSONView, _ channel: ChannelIndex, into transcript: inout SessionTranscript) {
        guard let start = piece["start"].int, let count = piece["length"].int else { return }
        let commit = Commit(
            channel: channel, range: SampleRange(SampleIndex(start), count: SampleCount(count)),
            words: Word.read(piece["words"]), reason: CommitRecord.reason(UInt8(clamping: piece["reason"].int ?? 0)) ?? .pause,
            engine: EngineName(piece["engine"].string ?? ""))
        transcript.add(commit, turn: piece["turn"].int ?? 0, isRecovered: piece["recovered"].bool ?? false)
    }
}
