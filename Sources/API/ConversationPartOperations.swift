internal import Admission
internal import Conversations
internal import Continuity
internal import Framing
internal import Journal
internal import Live
internal import Observability
internal import Protocols
internal import Recordings
internal import Speech
internal import Store

/// Operations that return parts of a conversation: segments of a time, and what is missing in its speech and in its audio.
struct ConversationPartOperations: Sendable {
    /// Maximum number of segments in an answer.
    private static let maxSegments = 500

    /// Maximum number of values in a picture of the audio.
    private static let maxPeaks = 4_000

    /// Time after a conversation's end at which a notice is still about it: times of conversations are whole milliseconds.
    private static let noticeSlack: Duration = .seconds(1)

    let store: any ConversationStores
    let peaks: AudioPeaks
    let transcripts: TranscriptFolder
    let chunked: ChunkedRecordings
    let log: Log

    var all: [APIOperation] {
        [
            APIOperation(
                .get, "/conversations/{id}/segments", .read, summary: "Returns segments of a conversation with their words, at most 500.",
                query: [
                    .init("from", "number", "Returns segments that end after this position, in seconds."),
                    .init("to", "number", "Returns segments that begin before this position, in seconds."),
                    .init("index", "integer", "Number of the first segment that is returned, of those that fit. Default: 0."),
                    .init("limit", "integer", "Maximum number of segments: 1 to 500. Default: 500."),
                ],
                answer: .object([
                    .init("segments", "[Segment]", required: true, "The segments, in order of start."),
                    .init("first", "integer", required: true, "Number of the first of them in the conversation, from 0."),
                    .init("total", "integer", required: true, "Number of all segments of the conversation."),
                    .init("next", "integer?", required: true, "The index of the next page, or null."),
                ])
            ) { request throws(APIError) in
                let from = try Self.position("from", request), to = try Self.position("to", request)
                let index = try Self.index(request), limit = try request.count("limit", standard: Self.maxSegments, most: Self.maxSegments)
                let page = try await APIError.stored { () throws(StoreError) in
                    try await store.segments(
                        SegmentQuery(from: from, to: to, index: index, limit: limit), in: request.id("id"), of: request.user)
                }
                guard let page else { throw request.missingConversation }
                return .json { json in
                    json.beginObject()
                    json.key("segments")
                    json.beginArray()
                    for segment in page.segments { segment.write(to: &json, withWords: true) }
                    json.endArray()
                    json.member("first", page.first)
                    json.member("total", page.total)
                    json.key("next")
                    if let next = page.next { json.value(next) } else { json.null() }
                    json.endObject()
                }
            },
            APIOperation(
                .get, "/conversations/{id}/outline", .read,
                summary: "Returns a conversation without its words: who speaks, and where each segment is.",
                answer: .schema("OutlinedConversation")
            ) { request throws(APIError) in
                let found = try await APIError.stored { () throws(StoreError) in
                    try await store.places(in: request.id("id"), of: request.user)
                }
                guard let found else { throw request.missingConversation }
                let names = try await APIError.stored { () throws(StoreError) in
                    try await SpeakerNames(of: Set(found.places.map(\.speaker.who)), of: request.user, in: store)
                }
                return .json { OutlineDocument(found.conversation, found.places, names).write(to: &$0) }
            },
            APIOperation(
                .get, "/conversations/{id}/gaps", .read, summary: "Lists the times of a conversation whose audio no engine has recognized.",
                answer: .object([
                    .init("gaps", "[ConversationGap]", required: true, "In order of start."),
                    .init(
                        "warnings", "[string]", required: true,
                        "What was noticed about the audio as it came: other sound tracks, holes, damage, a cut."),
                ])
            ) { request throws(APIError) in
                let found = try await APIError.stored { () throws(StoreError) in
                    try await store.places(in: request.id("id"), of: request.user)?.conversation
                }
                guard let found else { throw request.missingConversation }
                let spans = try await APIError.stored { () throws(StoreError) in try await store.sessions(in: request.id("id"), of: request.user) }
                let place = ChunkedRecordings.Place(user: request.user, conversation: (request.id("id") as ID<Conversation>).rawValue)
                // A recording that was parted has its first part's id, and the notices of all its parts.
                let end = found.finished - found.started + Self.noticeSlack
                let notices = try await APIError.stored { () throws(StoreError) in try await chunked.notices(of: place) }.filter { notice in
                    notice.place.map { $0 <= end } ?? true
                }
                var gaps: [ConversationGap] = [], warnings = RecordingNotices.texts(notices)
                for span in spans {
                    do throws(StoredTranscript.Unreadable) {
                        // The end of a session that goes on is not recognized yet.
                        guard let stored = try await transcripts.find(span.session), stored.status != .live else { continue }
                        gaps += ConversationGap.all(in: stored.transcript, span)
                        warnings += span.notices(in: stored.transcript).map(RecordingNotices.live)
                    } catch {
                        log.error("a transcript cannot be read", [.session: span.session.rawValue, .error: "\(error)"])
                        throw APIError(.unavailable("The transcript cannot be read."))
                    }
                }
                gaps.sort { ($0.start, $0.channel) < ($1.start, $1.channel) }
                return .json { [gaps, warnings] json in
                    json.beginObject()
                    json.key("gaps")
                    json.beginArray()
                    for gap in gaps { gap.write(to: &json) }
                    json.endArray()
                    json.key("warnings")
                    json.array(warnings)
                    json.endObject()
                }
            },
            APIOperation(
                .get, "/conversations/{id}/peaks", .read, summary: "Returns how loud a conversation is in equal parts of its time.",
                query: [.init("n", "integer", "Number of the parts: 1 to 4000. Default: 1000.")],
                answer: .object([
                    .init("duration", "number", required: true, "The time that all parts cover together, in seconds."),
                    .init("peaks", "[number?]", required: true, "The highest level in each part, 0 to 1; null where no audio is kept."),
                ])
            ) { request throws(APIError) in
                let count = try request.count("n", standard: 1_000, most: Self.maxPeaks)
                let places = try await APIError.stored { () throws(StoreError) in
                    try await store.places(in: request.id("id"), of: request.user)?.places
                }
                guard let places else { throw request.missingConversation }
                let audio = try await APIError.stored { () throws(StoreError) in try await store.audio(of: request.id("id"), of: request.user) }
                let end = max(places.map(\.end).max() ?? .zero, audio.map { $0.start + $0.duration }.max() ?? .zero)
                var picture = LevelPicture(parts: count, duration: end)
                for part in audio { if let levels = await peaks.peaks(of: part.file) { picture.add(levels, from: part.start) } }
                return .json { [picture] in picture.write(to: &$0) }
            },
        ]
    }

    private static func position(_ name: String, _ request: APIRequest) throws(APIError) -> Duration? {
        guard let text = request.query.first(name) else { return nil }
        guard let seconds = Double(text), (0...1e9).contains(seconds) else { throw .badRequest("\(name) takes a number of seconds, such as 90.5.") }
        return .seconds(seconds)
    }

    private static func index(_ request: APIRequest) throws(APIError) -> Int {
        guard let text = request.query.first("index") else { return 0 }
        guard let index = Int(text), index >= 0 else { throw .badRequest("index takes a whole number from 0.") }
        return index
    }
}

extension SessionSpan {
    /// Returns what was noticed about a session's stream in this part of the session, on the conversation's time line.
    fileprivate func notices(in transcript: SessionTranscript) -> [RecordingNotice] {
        transcript.notices.filter { notice in
            guard let place = notice.place else { return true }
            return place >= begins && ends.map { place < $0 } ?? true
        }.map { $0.moved(by: shift ?? .zero) }
    }
}
