internal import Admission
internal import Conversations
internal import Framing
internal import Live
internal import Protocols
internal import Speech
internal import Store

/// Operations on the voices that the gateway tells apart.
struct VoiceOperations: Sendable {
    /// Number of samples by which somebody recognizes a voice.
    private static let samples = 3
    /// Number of people whose voices are named as similar.
    private static let neighbours = 3
    private static let pages = PageParameters("voices of a page of unnamed=true", standard: 50, most: 100)

    private static let unnamed = """
        true: a page of the voices without a name that can be heard, those of which most was heard first, then the newest. A page may have fewer \
        voices than limit although next is not null. Default: false.
        """
    private static let toName = """
        Number of those of them that can be heard: at most \(VoiceCount.maxHeard), of the \(VoiceQuery.standardLooks) of which most was heard.
        """

    let store: any ConversationStores
    let service: ConversationService

    var all: [APIOperation] {
        [
            APIOperation(
                .get, "/voices", .read,
                summary: "Lists the voices that were told apart, in order of their numbers, or page by page those that wait for a name.",
                query: Self.pages.fields + [
                    .init("named", "boolean", "true: only voices with a name, and your own. Default: false."),
                    .init("unnamed", "boolean", Self.unnamed),
                ],
                answer: .object([
                    .init("voices", "[Voice]", required: true, "The voices of the user."),
                    PageParameters.next,
                ])
            ) { request throws(APIError) in
                let page = try await list(request)
                return .json { json in
                    json.beginObject()
                    json.key("voices")
                    json.beginArray()
                    for voice in page.voices { Self.write(voice, to: &json) }
                    json.endArray()
                    json.member("next", optional: page.next)
                    json.endObject()
                }
            },
            APIOperation(
                .get, "/voices/count", .read, summary: "Counts the voices that were told apart.",
                answer: .object([
                    .init("voices", "integer", required: true, "Number of the user's voices."),
                    .init("unnamed", "integer", required: true, "Number of those that nobody has named."),
                    .init("to_name", "integer", required: true, Self.toName),
                    .init("to_name_more", "boolean", required: true, "True when there may be more than to_name."),
                ])
            ) { request throws(APIError) in
                let count = try await APIError.stored { () throws(StoreError) in try await store.voiceCount(of: request.user) }
                return .json { json in
                    json.beginObject()
                    json.member("voices", count.all)
                    json.member("unnamed", count.unnamed)
                    json.member("to_name", count.heard)
                    json.member("to_name_more", count.mayHaveMoreHeard)
                    json.endObject()
                }
            },
            APIOperation(
                .get, "/voices/{id}/samples", .read, summary: "Returns places where the voice can be heard, and whom it sounds like.",
                answer: .object([
                    .init(
                        "samples", "[VoiceSample]", required: true, "At most three."),
                    .init("near", "[NearVoice]", required: true, "The most similar voices with a name."),
                ])
            ) { request throws(APIError) in try await samples(request) },
            APIOperation(
                .patch, "/voices/{id}", .write, summary: "Gives a voice to a person, in every conversation.",
                body: [.init("person_id", "string", "The person; null: nobody."), .init("is_user", "boolean", "True: yourself.")], answer: .nothing
            ) { request throws(APIError) in
                let owner = try request.owner()
                let isDone = try await APIError.stored { () throws(StoreError) in
                    try await store.setOwner(owner, of: request.id("id", as: Voice.self), of: request.user)
                }
                guard isDone else { throw APIError(.notFound, "not_found", "The voice or the person does not exist.") }
                service.reconcileVoices(of: request.user)
                return .nothing
            },
            APIOperation(
                .post, "/voices/{id}/merge", .write, summary: "Merges another voice into this one, in every conversation.",
                body: [.init("voice_id", "string", required: true, "The other voice, which is removed.")], answer: .nothing, erases: true
            ) { request throws(APIError) in
                let other = ID<Voice>(try request.needed("voice_id"))
                guard other != request.id("id") else { throw .badRequest("A voice cannot be merged with itself.") }
                let isDone = try await APIError.stored { () throws(StoreError) in
                    try await store.merge(other, into: request.id("id"), of: request.user)
                }
                guard isDone else { throw APIError(.notFound, "not_found", "One of the two voices does not exist.") }
                service.reconcileVoices(of: request.user)
                return .nothing
            },
            APIOperation(
                .delete, "/voices/{id}/adoption", .write,
                summary: """
                    Takes a voice from the owner whom it got automatically. The voice has no name again, in every conversation, and the owner does \
                    not get it automatically again.
                    """, answer: .nothing, erases: false
            ) { request throws(APIError) in
                let isDone = try await APIError.stored { () throws(StoreError) in
                    try await store.release(request.id("id"), isRejected: true, of: request.user)
                }
                guard isDone else { throw .notFound("adopted voice", request.parameters["id"] ?? "") }
                service.reconcileVoices(of: request.user)
                return .nothing
            },
            APIOperation(
                .delete, "/voices/{id}", .write, summary: "Forgets a voice. What the voice said stays, without a speaker.", answer: .nothing
            ) { request throws(APIError) in
                let isDone = try await APIError.stored { () throws(StoreError) in
                    try await store.delete(request.id("id", as: Voice.self), of: request.user)
                }
                guard isDone else { throw Self.missing(request) }
                service.reconcileVoices(of: request.user)
                return .nothing
            },
        ]
    }

    private func list(_ request: APIRequest) async throws(APIError) -> ListedVoicePage {
        let isNamed = try request.queryFlag("named"), isUnnamed = try request.queryFlag("unnamed")
        guard !isNamed || !isUnnamed else { throw .badRequest("named and unnamed exclude each other.") }
        guard isUnnamed else {
            guard request.query.first("limit") == nil, request.query.first("cursor") == nil else {
                throw .badRequest("limit and cursor need unnamed=true.")
            }
            return try await APIError.stored { () throws(StoreError) in
                ListedVoicePage(voices: try await store.listedVoices(onlyNamed: isNamed, of: request.user))
            }
        }
        let asked = try Self.pages.page(of: request)
        return try await APIError.stored { () throws(StoreError) in
            try await store.unnamedVoices(VoiceQuery(cursor: asked.cursor, limit: asked.limit), of: request.user)
        }
    }

    private func samples(_ request: APIRequest) async throws(APIError) -> APIAnswer {
        let id = request.id("id", as: Voice.self), user = request.user
        var found: [(excerpt: VoiceExcerpt, part: Int, start: Duration)] = []
        let (excerpts, voices) = try await APIError.stored { () throws(StoreError) in
            (try await store.excerpts(of: id, limit: Self.samples, of: user), try await store.namedVoices(and: id, of: user))
        }
        guard let excerpts else { throw Self.missing(request) }
        for excerpt in excerpts {
            let audio = try await APIError.stored { () throws(StoreError) in try await store.audio(of: excerpt.conversation, of: user) }
            let part = audio.firstIndex { $0.start <= excerpt.start && $0.start + $0.duration >= excerpt.end }
            if let part { found.append((excerpt, part, audio[part].start)) }
        }
        let near = voices.first { $0.id == id }.map { Self.near($0, among: voices) } ?? []
        return .json { [found] json in
            json.beginObject()
            json.key("samples")
            json.beginArray()
            for (excerpt, part, start) in found {
                json.beginObject()
                json.member("conversation_id", excerpt.conversation.rawValue)
                json.member("segment_id", excerpt.segment.rawValue)
                json.member("start", excerpt.start / .seconds(1), decimals: 3)
                json.member("end", excerpt.end / .seconds(1), decimals: 3)
                json.member("text", excerpt.text)
                json.member("audio", "\(APIOperation.root)/conversations/\(excerpt.conversation)/audio?part=\(part)")
                json.member("audio_start", (excerpt.start - start) / .seconds(1), decimals: 3)
                json.member("audio_end", (excerpt.end - start) / .seconds(1), decimals: 3)
                json.endObject()
            }
            json.endArray()
            json.key("near")
            json.beginArray()
            for (owner, distance) in near {
                json.beginObject()
                Self.write(owner, to: &json)
                json.member("distance", Double(distance), decimals: 3)
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
    }

    /// Returns the owners of the most similar voices, each once, the nearest first.
    private static func near(_ voice: Voice, among voices: [Voice]) -> [(owner: Voice.Owner, distance: Float)] {
        var near: [(owner: Voice.Owner, distance: Float)] = []
        let named = voices.filter { $0.id != voice.id && $0.owner != .nobody }.map { ($0.owner, voice.voiceprint.distance(to: $0.voiceprint)) }
        for (owner, distance) in named.sorted(by: { $0.1 < $1.1 }) where distance < 2 && !near.contains(where: { $0.owner == owner }) {
            near.append((owner, distance))
            if near.count == neighbours { break }
        }
        return near
    }

    private static func missing(_ request: APIRequest) -> APIError { .notFound("voice", request.parameters["id"] ?? "") }

    private static func write(_ voice: ListedVoice, to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", voice.id.rawValue)
        json.member("label", SpeakerNames.label(of: voice.number))
        write(voice.owner, to: &json)
        json.member("evidence", voice.evidence / .seconds(1), decimals: 3)
        json.member("created_at", voice.created.rfc3339)
        json.member("heard_at", optional: voice.heard?.rfc3339)
        json.member("is_silent", voice.isSilent)
        if let adoption = voice.adoption {
            json.key("adoption")
            json.beginObject()
            json.member("adopted_at", adoption.time.rfc3339)
            json.member("distance", Double(adoption.distance), decimals: 3)
            json.endObject()
        } else {
            json.member("adoption", optional: nil)
        }
        json.endObject()
    }

    private static func write(_ owner: Voice.Owner, to json: inout JSONWriter) {
        let person: ID<Person>? = if case .person(let id) = owner { id } else { nil }
        json.member("person_id", optional: person?.rawValue)
        json.member("is_user", owner == .user)
    }
}
