internal import Conversations
internal import Framing
internal import RecordingAssembly
internal import Speakers
internal import Speech

/// The form of a chunk with its words in the database: positions in nanoseconds, confidence in thousandths.
extension RecognizedChunk {
    /// Text that only records with notices have: in words, quotation marks are escaped.
    static let noticesMark = #""notices":["#

    var record: String {
        var json = JSONWriter(capacity: 4_096)
        json.beginObject()
        json.member("engine", engine.rawValue)
        json.member("model", optional: model)
        json.key("words")
        json.beginArray()
        for word in words {
            json.beginArray()
            json.value(word.text)
            json.value(Int(word.start.wholeNanoseconds))
            json.value(Int(word.end.wholeNanoseconds))
            json.value(Int((word.confidence * 1_000).rounded()))
            if let cluster = word.cluster { json.value(cluster) } else if word.blankBefore != nil { json.null() }
            if let blank = word.blankBefore { json.value(blank) }
            json.endArray()
        }
        json.endArray()
        json.key("speakers")
        json.beginArray()
        for cluster in Set(identities.keys).union(voices.keys).sorted() { write(cluster, to: &json) }
        json.endArray()
        if !notices.isEmpty {
            json.key("notices")
            json.array(notices.map(\.line))
        }
        json.endObject()
        return json.text
    }

    private func write(_ cluster: String, to json: inout JSONWriter) {
        json.beginObject()
        json.member("cluster", cluster)
        if let identity = identities[cluster], case .voice(let voice) = identity.who {
            json.member("voice", voice.rawValue)
            json.member("confidence", Int(((identity.confidence ?? 0) * 1_000).rounded()))
        }
        if let voice = voices[cluster] {
            json.member("evidence", Int(voice.duration.wholeNanoseconds))
            json.member("model", voice.voiceprint.model)
            json.key("voiceprint")
            json.beginArray()
            for value in voice.voiceprint.direction { json.value(Int((value * 10_000).rounded())) }
            json.endArray()
        }
        json.endObject()
    }

    /// Returns the record of a chunk whose words are in the conversation: it names the engine and what was noticed, and has no words.
    static func emptied(_ record: String) -> String {
        guard var chunk = RecognizedChunk(record, id: "", start: .zero, duration: .zero) else { return record }
        chunk.words = []
        chunk.identities = [:]
        chunk.voices = [:]
        chunk.notices = chunk.notices.map(\.withoutNames)
        return chunk.record
    }

    /// Parses a record; nil when it is invalid.
    init?(_ record: String, id: String, start: Duration, duration: Duration) {
        guard let document = try? JSONDocument(parsing: Array(record.utf8)), let engine = document.root["engine"].string else { return nil }
        let list = document.root["words"]
        var words: [ChunkWord] = []
        for index in 0..<list.count {
            guard let text = list[index][0].string, let start = list[index][1].int, let end = list[index][2].int else { return nil }
            words.append(
                ChunkWord(
                    text, start: .nanoseconds(start), end: .nanoseconds(end), confidence: Float(list[index][3].int ?? 0) / 1_000,
                    cluster: list[index][4].string, blankBefore: list[index][5].bool))
        }
        self.init(id: id, start: start, duration: duration, words: words, engine: EngineName(engine), model: document.root["model"].string)
        let told = document.root["notices"]
        notices = (0..<told.count).compactMap { told[$0].string.flatMap { RecordingNotice(line: $0) } }
        let speakers = document.root["speakers"]
        for index in 0..<speakers.count {
            let speaker = speakers[index]
            guard let cluster = speaker["cluster"].string else { return nil }
            if let voice = speaker["voice"].string {
                identities[cluster] = SpeakerIdentity(
                    .voice(ID(voice)), by: .voiceprint, confidence: Float(speaker["confidence"].int ?? 0) / 1_000)
            }
            guard let model = speaker["model"].string else { continue }
            let values = speaker["voiceprint"]
            guard let voiceprint = Voiceprint((0..<values.count).map { Float(values[$0].int ?? 0) }, model: model) else { continue }
            voices[cluster] = VoiceEvidence(voiceprint, .nanoseconds(speaker["evidence"].int ?? 0))
        }
    }

    /// Makes the chunk of a transcript.
    ///
    /// - Parameter duration: the chunk's duration; nil: the duration by the engine.
    init(_ transcript: Transcript, id: String, start: Duration, duration: Duration?, engine: EngineName) {
        let words = (transcript.channels.first?.words ?? []).map { word in
            ChunkWord(
                word.text, start: (word.range.start - .zero).duration(at: transcript.rate),
                end: (word.range.end - .zero).duration(at: transcript.rate),
                confidence: word.confidence, cluster: word.speaker.map { "\($0.number)" }, blankBefore: word.blankBefore)
        }
        self.init(
            id: id, start: start, duration: duration ?? transcript.length.duration(at: transcript.rate), words: words, engine: engine,
            model: transcript.model)
        notices = transcript.notices
    }

    /// Makes the only chunk of a recording that an engine heard as a whole, so that the engine's speakers are taken as they are.
    ///
    /// Speakers of one channel are not those of another, and a channel without speakers is one speaker's, where there are several channels.
    init(whole transcript: Transcript, id: String, engine: EngineName) {
        let hasChannels = transcript.channels.count > 1
        var words: [ChunkWord] = []
        for (index, channel) in transcript.channels.enumerated() {
            for word in channel.words {
                let speaker = word.speaker.map { "\($0.number)" }
                let name = hasChannels ? "\(index)/\(speaker ?? "")" : speaker
                words.append(
                    ChunkWord(
                        word.text, start: (word.range.start - .zero).duration(at: transcript.rate),
                        end: (word.range.end - .zero).duration(at: transcript.rate), confidence: word.confidence,
                        cluster: name.map(ClusterParts.whole), blankBefore: word.blankBefore))
            }
        }
        self.init(
            id: id, start: .zero, duration: transcript.length.duration(at: transcript.rate), words: words, engine: engine, model: transcript.model)
        notices = transcript.notices
    }
}
