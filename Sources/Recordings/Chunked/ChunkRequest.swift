internal import Framing
internal import Protocols
internal import Speech

/// Parameters of a chunk, from the query of the request.
struct ChunkRequest: Sendable, Equatable {
    static let longest = 15
    /// Seconds by which a chunk may exceed `longest`, for clients that round.
    private static let margin = 1
    static let rates = 8_000...48_000

    /// Accepted values of `encoding`: bare samples, or names of file formats. The bytes tell which format a file has.
    private static let encodings = Set(AudioEncoding.allCases.map(\.rawValue) + RecordingKind.allCases.map(\.rawValue))
        .union(["auto", "container", "file", "mp4", "mpeg", "mpga", "oga", "vorbis", "wave"])

    /// The beginning of the name of a word that is left out.
    private static let cutWord = "keywords="

    var conversation: String?
    var chunk: String?
    var start: Duration
    var rate: Int
    var encoding: String
    /// The language of the chunk; `multi`: the engine finds it. nil: the recording's.
    var language: LanguageTag?
    var keywords: [String]
    var isKept: Bool
    /// The time of the recording's first sample; nil when the client does not say.
    var started: UnixTime?
    /// The sound tracks that are heard; all tracks become one channel.
    var tracks: TrackChoice
    /// Names of parameters that have no effect, and `keywords=WORD` for words that are too short, too long or too many.
    var ignored: [String]

    /// Returns the maximum number of bytes of a body with this query.
    static func limit(_ query: URLQuery) -> Int {
        let rate = query.first("sample_rate").map { Int($0) ?? rates.upperBound } ?? 16_000
        return (longest + margin) * 2 * min(max(rate, rates.lowerBound), rates.upperBound)
    }

    /// Parses the query. Checks numbers first, then the place, then the names.
    ///
    /// - Parameter now: the time of the gateway's clock.
    init(_ query: URLQuery, now: UnixTime) throws(ChunkedRecordingError) {
        func wrong(_ detail: String) -> ChunkedRecordingError { ChunkedRecordingError(.unprocessableContent, "bad_parameter", detail) }
        guard let rate = Int(query.first("sample_rate") ?? "16000"), Self.rates.contains(rate) else {
            throw wrong("sample_rate takes a whole number from \(Self.rates.lowerBound) to \(Self.rates.upperBound)")
        }
        guard query.first("channels") ?? "1" == "1" else { throw wrong("channels must be 1") }
        self.rate = rate
        guard let text = query.first("chunk_start_ms") else { throw wrong("chunk_start_ms is required") }
        guard let milliseconds = Int64(text), (0...86_400_000 * 366).contains(milliseconds) else {
            throw wrong("chunk_start_ms takes a whole number, 0 or more")
        }
        start = .milliseconds(milliseconds)
        encoding = (query.first("encoding") ?? "linear16").lowercased()
        guard Self.encodings.contains(encoding) else {
            throw wrong("encoding must be linear16, or the format of a file that describes itself: wav, flac, ogg, opus, mp3, m4a, webm, aac, amr")
        }
        language = try ChunkedRecordingError.language(query.first(LanguageParameter.chunk.name), .chunk)?.tag
        started = try ChunkedRecordingError.start(query.first("started_at"), now: now)
        tracks = try ChunkedRecordingError.tracks(query.first("track"))
        conversation = query.first("conversation_id").flatMap { $0.isEmpty ? nil : $0 }
        chunk = query.first("chunk_id").flatMap { $0.isEmpty ? nil : $0 }
        isKept = conversation != nil
        if let persist = query.first("persist"), !persist.isEmpty {
            guard let isAsked = ListenOptions.flag(persist) else { throw wrong("persist must be true or false") }
            isKept = isAsked
        }
        ignored = BackgroundOptions.chunk.unknown(in: query)
        keywords = []
        var seen: Set<String> = []
        for word in (query.first("keywords") ?? "").split(separator: ",").map({ String($0.trimmingBlanks) }) {
            guard !word.isEmpty, seen.insert(word.lowercased()).inserted else { continue }
            if (2...80).contains(word.count), keywords.count < 100 { keywords.append(word) } else { ignored.append(Self.cutWord + word) }
        }
        guard isKept else { return }
        guard conversation != nil else {
            throw ChunkedRecordingError(.badRequest, "conversation_id_required", "conversation_id is required when persist=true")
        }
        guard let chunk else { throw ChunkedRecordingError(.badRequest, "chunk_id_required", "chunk_id is required when persist=true") }
        guard chunk.utf8.count <= 128 else { throw wrong("chunk_id takes at most 128 bytes") }
    }

    /// Returns the names of parameters that have no effect, and `keywords=WORD` for words for which the engine's vendor has no room.
    func ignoredNames(with engine: EngineName) -> [String] {
        ignored + Catalogue.cut(keywords, model: nil, with: engine).map { Self.cutWord + $0 }
    }

    var format: AudioFormat { encoding == "linear16" ? .linear16(SampleRate(hertz: rate)) : .container }

    /// Returns the duration of this number of bytes; nil for encodings whose bytes do not tell the duration.
    func duration(of byteCount: Int) throws(ChunkedRecordingError) -> Duration? {
        guard encoding == "linear16" else { return nil }
        guard byteCount % 2 == 0 else {
            throw ChunkedRecordingError(
                .unprocessableContent, "odd_length", "linear16 has two bytes for each sample, but the body has an odd number of bytes")
        }
        return SampleCount(byteCount / 2).duration(at: SampleRate(hertz: rate))
    }
}
