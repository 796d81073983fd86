internal import Continuity
internal import Framing
internal import Speech

/// JSON of a transcript in `GET /api/v1/sessions/{id}`, with positions in seconds.
extension StoredTranscript {
    package func json() -> [UInt8] {
        let rate = transcript.rate
        var json = JSONWriter(capacity: 16_384)
        json.beginObject()
        json.member("id", record.id.rawValue)
        json.member("status", status.rawValue)
        json.member("dialect", record.dialect)
        json.key("language")
        if let language = record.language { json.value(language.rawValue) } else { json.null() }
        json.key("engines")
        json.beginArray()
        for engine in engines { json.value(engine.rawValue) }
        json.endArray()
        json.key("started_at")
        if let started = record.started { json.value(started.rfc3339) } else { json.null() }
        json.member("duration", transcript.received.seconds(at: rate), decimals: 6)
        json.member("channels", transcript.channels)
        json.member("recovered", transcript.pieces.contains { $0.contains(where: \.isRecovered) })
        json.key("segments")
        json.beginArray()
        for segment in segments { Self.write(segment, rate, &json) }
        json.endArray()
        json.key("gaps")
        json.beginArray()
        for gap in transcript.gaps {
            json.beginObject()
            json.member("channel", gap.channel.number)
            json.member("start", gap.range.start.seconds(at: rate), decimals: 6)
            json.member("end", gap.range.end.seconds(at: rate), decimals: 6)
            json.member("cause", gap.cause.rawValue)
            json.endObject()
        }
        json.endArray()
        json.key("warnings")
        json.array(transcript.notices.map { $0.text(by: nil, of: .stream) })
        json.endObject()
        return json.bytes
    }

    /// Engines whose words the transcript has, in order of appearance. If there are no words yet: the engines that may be used.
    private var engines: [EngineName] {
        var engines: [EngineName] = []
        for piece in transcript.pieces.joined() where !piece.commit.words.isEmpty && !engines.contains(piece.commit.engine) {
            engines.append(piece.commit.engine)
        }
        return engines.isEmpty ? record.engines ?? [] : engines
    }

    /// Successive words of one turn that were all live or all recovered.
    private struct Segment {
        var channel: ChannelIndex
        var turn: Int
        var isRecovered: Bool
        var words: [(word: Word, engine: EngineName)]
    }

    /// Segments in order of start. Silent pieces make no segments.
    private var segments: [Segment] {
        var segments: [Segment] = []
        for pieces in transcript.pieces {
            var open: Segment?
            for piece in pieces where !piece.commit.words.isEmpty {
                let words = piece.commit.words.map { ($0, piece.commit.engine) }
                if open?.turn == piece.turn, open?.isRecovered == piece.isRecovered {
                    open?.words += words
                } else {
                    if let open { segments.append(open) }
                    open = Segment(channel: piece.commit.channel, turn: piece.turn, isRecovered: piece.isRecovered, words: words)
                }
            }
            if let open { segments.append(open) }
        }
        return segments.sorted { a, b in
            let (one, other) = (a.words.first?.word.range.start ?? .zero, b.words.first?.word.range.start ?? .zero)
            return (one, a.channel) < (other, b.channel)
        }
    }

    private static func write(_ segment: Segment, _ rate: SampleRate, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("channel", segment.channel.number)
        json.member("turn", segment.turn)
        json.member("start", (segment.words.first?.word.range.start ?? .zero).seconds(at: rate), decimals: 6)
        json.member("end", (segment.words.last?.word.range.end ?? .zero).seconds(at: rate), decimals: 6)
        json.member("text", segment.words.lazy.map(\.word).text)
        json.member("engine", segment.words.first?.engine.rawValue ?? "")
        json.member("recovered", segment.isRecovered)
        json.key("words")
        json.beginArray()
        for (word, _) in segment.words {
            json.beginObject()
            json.member("text", word.text)
            json.member("start", word.range.start.seconds(at: rate), decimals: 6)
            json.member("end", word.range.end.seconds(at: rate), decimals: 6)
            json.member("confidence", Double(word.confidence), decimals: 3)
            json.key("speaker")
            if let speaker = word.speaker { json.value(speaker.number) } else { json.null() }
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}
