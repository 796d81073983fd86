internal import Admission
internal import Conversations
internal import Framing
internal import Live
internal import Protocols
internal import Speech
internal import Store

/// Operations that list, read, change, merge, split and export conversations.
struct ConversationOperations: Sendable {
    let store: any ConversationStores
    let service: ConversationService
    let erasure: ErasureService
    let clock: UserClock
    /// Folder of the conversations' audio.
    /// Gives a new UUID in lower case.
    let newID: @Sendable () -> String

    private static let path = "/conversations"
    private static let conversation = APIOperation.Answer.schema("Conversation")
    private static let pages = PageParameters("conversations", standard: 20, most: ConversationLimits.page)

    var all: [APIOperation] {
        [
            APIOperation(
                .get, Self.path, .read, summary: "Lists conversations, the newest first.",
                query: Self.pages.fields + [
                    .init("from", "string", "Lists conversations that began at this time or later: \(UserClock.meaning)"),
                    .init("to", "string", "Lists conversations that began before this time."),
                    .init("person", "string", "Lists conversations in which this person speaks: an id, or `user` for yourself."),
                    .init("gaps", "boolean", ConversationGap.filter),
                    .init(
                        "ids", "string",
                        "Lists these conversations only, in this order: at most 200 ids with commas. The other parameters are ignored."),
                ],
                answer: .object([
                    .init(
                        "conversations", "[ListedConversation]", required: true, "The conversations, without segments."),
                    PageParameters.next,
                ])
            ) { request throws(APIError) in
                let page = try await page(request)
                let (outlines, names) = try await outlines(of: page.conversations, request)
                return .json { json in
                    json.beginObject()
                    json.key("conversations")
                    json.beginArray()
                    for conversation in page.conversations {
                        json.beginObject()
                        ConversationDocument.writeMembers(of: conversation, to: &json)
                        json.member("duration", (page.lengths[conversation.id] ?? .zero) / .seconds(1), decimals: 3)
                        (outlines[conversation.id] ?? ConversationOutline()).writeMembers(to: &json, names)
                        json.endObject()
                    }
                    json.endArray()
                    json.member("next", optional: page.next)
                    json.endObject()
                }
            },
            APIOperation(.get, Self.path + "/{id}", .read, summary: "Returns a conversation with its segments and words.", answer: Self.conversation)
            {
                request throws(APIError) in try await answer(try await request.conversation(in: store), request)
            },
            APIOperation(
                .patch, Self.path + "/{id}", .write, summary: "Changes a conversation's title.",
                body: [.init("title", "string", required: true, "The new one. A blank one: the title is made of the words again.")],
                answer: Self.conversation
            ) { request throws(APIError) in
                guard let title = try request.string("title") else { throw .badRequest("The body must be JSON with a text \"title\".") }
                guard title.utf8.count <= ConversationLimits.title else {
                    throw APIError(.unprocessableContent, "too_much", "A title has at most \(ConversationLimits.title) bytes.")
                }
                var update = ConversationUpdate(request.id("id"), title: title)
                update.isTitledByHand = true
                guard try await APIError.stored({ () throws(StoreError) in try await store.write(update, of: request.user) }) else {
                    throw request.missingConversation
                }
                return try await answer(try await request.conversation(in: store), request)
            },
            APIOperation(
                .post, Self.path + "/{id}/merge", .write, summary: "Moves another conversation into this one, each segment at its time of day.",
                body: [.init("conversation_id", "string", required: true, "The other conversation, which is removed.")], answer: Self.conversation
            ) { request throws(APIError) in
                let other = ID<Conversation>(try request.needed("conversation_id"))
                guard other != request.id("id") else { throw .badRequest("A conversation cannot be merged with itself.") }
                let whole = try await APIError.stored { () throws(StoreError) in
                    try await store.merge(other, into: request.id("id"), of: request.user)
                }
                guard let whole else { throw APIError(.notFound, "not_found", "One of the two conversations does not exist.") }
                return try await answer(whole, request)
            },
            APIOperation(
                .post, Self.path + "/{id}/split", .write, summary: "Splits a conversation in two.",
                body: [.init("segment_id", "string", required: true, "The first segment of the later part.")],
                answer: .object([
                    .init("earlier", "Conversation", required: true, "The conversation, without the later part."),
                    .init("later", "Conversation", required: true, "A new conversation with the later part."),
                ])
            ) { request throws(APIError) in
                let segment = ID<Segment>(try request.needed("segment_id"))
                let parts = try await APIError.stored { () throws(StoreError) in
                    try await store.split(request.id("id"), at: segment, new: ID(newID()), of: request.user)
                }
                guard let parts else { throw APIError(.notFound, "not_found", "The conversation does not exist, or has no such segment.") }
                await service.cutAudio()
                let earlier = try await document(parts.earlier, request), later = try await document(parts.later, request)
                return .json { json in
                    json.beginObject()
                    json.key("earlier")
                    earlier.write(to: &json)
                    json.key("later")
                    later.write(to: &json)
                    json.endObject()
                }
            },
            APIOperation(
                .post, Self.path + "/{id}/redact", .write,
                summary: "Redacts a time of a conversation for good: its words become [redacted], and its audio is silenced.",
                body: [
                    .init("from", "number", required: true, "Start of the time, in seconds since the conversation's start."),
                    .init("to", "number", required: true, "End of the time."),
                ],
                answer: .object([
                    .init("segments", "[Segment]", required: true, "The segments that were changed."),
                    .init("files", "integer", required: true, "Number of audio files that were silenced."),
                ]),
                erases: true
            ) { request throws(APIError) in
                guard let from = try request.seconds("from"), let to = try request.seconds("to"), from < to else {
                    throw .badRequest("The body must be JSON with two positions in seconds: {\"from\": 12.5, \"to\": 15}.")
                }
                let id = request.id("id", as: Conversation.self)
                let redacted = try await APIError.stored { () throws(StoreError) in try await store.redact(from..<to, in: id, of: request.user) }
                guard let redacted else { throw request.missingConversation }
                guard let files = await service.silence(from..<to, of: id, of: request.user) else {
                    throw APIError(.unavailable("The words are redacted, and the audio is not yet: try again."))
                }
                await erasure.hide()
                return .json { json in
                    json.beginObject()
                    json.key("segments")
                    json.beginArray()
                    for segment in redacted { segment.write(to: &json, withWords: true) }
                    json.endArray()
                    json.member("files", files)
                    json.endObject()
                }
            },
            APIOperation(
                .get, Self.path + "/{id}/export", .read, summary: "Returns a conversation as a file. Markdown has the start in the user's time zone.",
                query: [.init("format", "string", "The format: json, srt, vtt, markdown or text. Default: json.")], answer: .content("*/*")
            ) { request throws(APIError) in
                guard let format = ConversationDocument.Format(rawValue: request.query.first("format") ?? "json") else {
                    throw .badRequest("format takes \(ConversationDocument.Format.allCases.map(\.rawValue).joined(separator: ", ")).")
                }
                let document = try await document(try await request.conversation(in: store), request)
                let zone = try await clock.zone(of: request.user)
                return APIAnswer(
                    contentType: format.contentType, headers: ["Content-Disposition": "attachment; filename=\"conversation.\(format.suffix)\""],
                    body: document.rendered(as: format, in: zone))
            },
            APIOperation(
                .get, Self.path + "/{id}/audio", .read, summary: "Returns a conversation's audio: Opus in Ogg, its parts one after the other.",
                query: [.init("part", "integer", "Returns only this part, counted from 0.")], answer: .content("audio/ogg")
            ) { request throws(APIError) in
                try await request.requireConversation(in: store)
                let stored = try await APIError.stored { () throws(StoreError) in
                    try await store.audio(of: request.id("id"), of: request.user)
                }
                var parts = stored[...]
                if let text = request.query.first("part") {
                    guard let part = Int(text), stored.indices.contains(part) else {
                        throw APIError(.notFound, "not_found", "The conversation has \(stored.count) parts of audio, counted from 0.")
                    }
                    parts = stored[part...part]
                }
                guard let first = parts.first else { throw APIError(.notFound, "not_found", "The conversation has no stored audio.") }
                return APIAnswer(
                    contentType: "audio/ogg",
                    headers: ["X-Harken-Audio-Start": "\(first.start / .seconds(1))", "X-Harken-Audio-Parts": "\(stored.count)"],
                    blobs: StoredContent(parts.map(\.file), in: service.audio))
            },
        ]
    }

    // MARK: - What they share

    /// Returns the conversations that a request for a list names, or those that its query selects.
    private func page(_ request: APIRequest) async throws(APIError) -> ConversationPage {
        if let text = request.query.first("ids") {
            let ids = text.split(separator: ",").map { ID<Conversation>(String($0)) }
            guard ids.count <= ConversationLimits.page else { throw .badRequest("ids takes at most \(ConversationLimits.page) ids.") }
            return try await APIError.stored { () throws(StoreError) in try await store.listed(ids, of: request.user) }
        }
        let from = try await clock.moment("from", of: request), to = try await clock.moment("to", of: request)
        let asked = try Self.pages.page(of: request)
        let query = ConversationQuery(
            from: from, to: to, speaker: request.speaker, cursor: asked.cursor, limit: asked.limit, hasGaps: try request.queryFlag("gaps"))
        return try await APIError.stored { () throws(StoreError) in try await store.list(query, of: request.user) }
    }

    private func outlines(
        of conversations: [Conversation], _ request: APIRequest
    ) async throws(APIError) -> ([ID<Conversation>: ConversationOutline], SpeakerNames) {
        try await APIError.stored { () throws(StoreError) in
            let outlines = try await store.outlines(of: conversations.map(\.id), of: request.user)
            let speakers = Set(outlines.values.flatMap { $0.speakers.map(\.who) })
            return (outlines, try await SpeakerNames(of: speakers, of: request.user, in: store))
        }
    }

    private func document(_ conversation: Conversation, _ request: APIRequest) async throws(APIError) -> ConversationDocument {
        try await APIError.stored { () throws(StoreError) in
            let speakers = Set(conversation.segments.map(\.identity.who))
            return ConversationDocument(conversation, try await SpeakerNames(of: speakers, of: request.user, in: store))
        }
    }

    private func answer(_ conversation: Conversation, _ request: APIRequest) async throws(APIError) -> APIAnswer {
        let document = try await document(conversation, request)
        return .json { document.write(to: &$0) }
    }
}
