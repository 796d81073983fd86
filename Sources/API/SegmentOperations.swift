internal import Admission
internal import Conversations
internal import Framing
internal import Live
internal import Protocols
internal import Speech
internal import Store

/// Operations that correct the words and the speakers of a conversation by hand.
struct SegmentOperations: Sendable {
    /// Members of a segment in answers.
    static let segment: [APIOperation.Field] = SegmentField.all.compactMap { field in
        guard let name = field.name else { return nil }
        let type =
            switch field.kind {
            case .text, .name: "string"
            case .integer: "integer"
            case .time, .fraction: "number"
            case .flag: "boolean"
            case .words: "[Word]"
            case .emptyList: "[object]"
            case .null: "null"
            }
        return APIOperation.Field(name.description, type + (field.isOptional ? "?" : ""), required: true, field.meaning.description)
    }

    let store: any ConversationStores
    let service: ConversationService
    let erasure: ErasureService

    var all: [APIOperation] {
        [
            APIOperation(
                .patch, "/conversations/{id}/segments/{segment}", .write,
                summary: "Changes a segment's text. Words that stay keep their times, and new words lie between them.",
                body: [.init("text", "string", required: true, "The new one.")],
                answer: .schema("Segment")
            ) { request throws(APIError) in
                guard let text = try request.string("text") else { throw .badRequest("The body must be JSON with a text \"text\".") }
                let segment = try await APIError.stored { () throws(StoreError) in
                    try await store.setText(text, of: request.id("segment"), in: request.id("id"), of: request.user)
                }
                guard let segment else { throw .notFound("segment", request.parameters["segment"] ?? "") }
                await erasure.hide()
                return .json { segment.write(to: &$0, withWords: true) }
            },
            APIOperation(
                .post, "/conversations/{id}/segments/assign", .write,
                summary: """
                    Assigns a person to segments, to all segments of a speaker, or to a voice in every conversation. A speaker's voice without a name \
                    gets the person's name. What an assignment answers as "former" and "former_owners" takes it back.
                    """,
                body: [
                    .init("person_id", "string", "The person; null: nobody."), .init("is_user", "boolean", "True: yourself."),
                    .init("segment_ids", "[string]", "These segments; or"),
                    .init("speaker_id", "integer", "the conversation's speaker of this number; or"),
                    .init("voice_id", "string", "this voice, wherever it speaks."),
                    .init("former", "[FormerSpeaker]", "In place of all others: the speakers that segments get back."),
                    .init("former_owners", "[FormerOwner]", "Alone or with former: the owners that voices get back."),
                ],
                answer: .object([
                    .init("segments", "[Segment]", required: true, "As they are now."),
                    .init(
                        "former", "[FormerSpeaker]",
                        "The speakers that the segments had before, where segments were assigned. Absent if another gateway has carried out a part."),
                    .init("former_owners", "[FormerOwner]", "The owners that voices had before, where voices got a name. Absent as former is."),
                ])
            ) { request throws(APIError) in
                let former = try request.former("former", FormerSpeaker.init), owners = try request.former("former_owners", FormerOwner.init)
                if former != nil || owners != nil { return Self.answer((try await takeBack(former ?? [], owners ?? [], request), nil)) }
                let owner = try request.owner()
                if let ids = try request.strings("segment_ids") {
                    let status = try await APIError.stored { () throws(StoreError) in try await store.status(of: request.id("id"), of: request.user) }
                    guard let status else { throw request.missingConversation }
                    return Self.answer(try await assign(ids.map { ID($0) }, to: owner, namingVoices: false, status, request))
                }
                // The words of the assigned segments are read once, for the answer: here only the places are.
                let found = try await APIError.stored { () throws(StoreError) in
                    try await store.places(in: request.id("id"), of: request.user)
                }
                guard let found else { throw request.missingConversation }
                if let number = try request.integer("speaker_id") {
                    let theirs = found.places.filter { $0.speaker.number?.number == number }
                    guard !theirs.isEmpty else { throw .notFound("speaker", "\(number)") }
                    return Self.answer(try await assign(theirs.map(\.segment), to: owner, namingVoices: true, found.conversation.status, request))
                } else if let voice = try request.string("voice_id") {
                    guard let former = try await name(ID(voice), owner, request) else { throw .notFound("voice or person of this name:", voice) }
                    let theirs = found.places.filter { $0.speaker.who == .voice(ID(voice)) }.map(\.segment)
                    let segments = try await APIError.stored { () throws(StoreError) in
                        try await store.segments(theirs, in: request.id("id"), of: request.user)
                    }
                    guard let segments else { throw request.missingConversation }
                    return Self.answer((segments, FormerSpeakers([], owners: [former])))
                } else {
                    throw .badRequest("Name the segments: \"segment_ids\", \"speaker_id\" or \"voice_id\".")
                }
            },
        ]
    }

    /// Segments that were assigned, or whose voice was, with what they and their voices were before; nil when that is not known, or when the
    /// assignment was taken back.
    private typealias Assigned = (segments: [Segment], former: FormerSpeakers?)

    private static func answer(_ assigned: Assigned) -> APIAnswer {
        .json { json in
            json.beginObject()
            json.key("segments")
            json.beginArray()
            for segment in assigned.segments { segment.write(to: &json, withWords: true) }
            json.endArray()
            if let former = assigned.former {
                json.key("former")
                json.beginArray()
                for speaker in former.segments { speaker.write(to: &json) }
                json.endArray()
                json.key("former_owners")
                json.beginArray()
                for owner in former.owners { owner.write(to: &json) }
                json.endArray()
            }
            json.endObject()
        }
    }

    private func assign(
        _ ids: [ID<Segment>], to owner: Voice.Owner, namingVoices: Bool, _ status: Conversation.Status, _ request: APIRequest
    ) async throws(APIError) -> Assigned {
        let conversation = request.id("id", as: Conversation.self)
        let done = try await APIError.stored { () throws(StoreError) in
            try await store.assign(ids, in: conversation, to: owner, namingVoices: namingVoices, of: request.user)
        }
        guard let done else { throw APIError(.notFound, "not_found", "The person does not exist.") }
        service.reconcileVoices(of: request.user)
        if case .person(let person) = owner, status == .completed {
            service.teach(UntaughtVoice(person, in: conversation, of: request.user))
        }
        return done
    }

    /// Gives segments their former speakers, and voices their former owners. The voices agree again when it returns: a guess that came of the
    /// assignment is gone.
    private func takeBack(
        _ former: [FormerSpeaker], _ owners: [FormerOwner], _ request: APIRequest
    ) async throws(APIError) -> [Segment] {
        let isDone = try await APIError.stored { () throws(StoreError) in
            try await store.restore(former, owners: owners, in: request.id("id"), of: request.user)
        }
        guard isDone else { throw request.missingConversation }
        await service.reconcileVoices(of: request.user).value
        let conversation = try await request.conversation(in: store)
        if conversation.status == .completed {
            for person in Set(conversation.segments.filter(\.identity.isFixed).compactMap(\.identity.person)) {
                service.teach(UntaughtVoice(person, in: conversation.id, of: request.user))
            }
        }
        let ids = Set(former.map(\.segment)), voices = Set(owners.map(\.voice))
        return conversation.segments.filter { ids.contains($0.id) || $0.identity.voice.map(voices.contains) == true }
    }

    /// Returns the owner that the voice had; nil when the voice or the person does not exist.
    private func name(_ voice: ID<Voice>, _ owner: Voice.Owner, _ request: APIRequest) async throws(APIError) -> FormerOwner? {
        let former = try await APIError.stored { () throws(StoreError) in try await store.assign(voice, to: owner, of: request.user) }
        if former != nil { service.reconcileVoices(of: request.user) }
        return former
    }
}
