internal import Admission
internal import Conversations
internal import Framing
internal import Live
internal import Protocols
internal import Speech
internal import Store

/// Operations on the people whom the user knows by name.
struct PeopleOperations: Sendable {
    let store: any ConversationStores
    let service: ConversationService
    /// Gives a new UUID in lower case.
    let newID: @Sendable () -> String
    let now: @Sendable () -> UnixTime

    private static let person = APIOperation.Answer.schema("Person")

    var all: [APIOperation] {
        [
            APIOperation(
                .get, "/people", .read, summary: "Lists people in order of their names.",
                answer: .object([.init("people", "[Person]", required: true, "In order of their names; same_name_as marks those to merge.")])
            ) { request throws(APIError) in
                let people = try await people(request)
                return .json { json in
                    json.beginObject()
                    json.key("people")
                    json.beginArray()
                    let namesakes = Person.namesakes(among: people)
                    for person in people { ConversationDocument.write(person, namesake: namesakes[person.id], to: &json) }
                    json.endArray()
                    json.endObject()
                }
            },
            APIOperation(
                .post, "/people", .write,
                summary: "Adds a person. 409 when somebody has the name, in any case and form, with the way to merge them.",
                body: [
                    .init("name", "string", required: true, "Their name."),
                    .init("reuse", "boolean", "true: returns the one person who has the name already, with status 200. Default: false."),
                ], answer: Self.person
            ) { request throws(APIError) in
                let new = Person(id: ID(newID()), name: try Self.name(request), created: now())
                let isReusing = try request.flag("reuse") ?? false
                let person = try await APIError.stored { () throws(StoreError) in
                    try await store.add(new, reusing: isReusing, of: request.user)
                }
                return .json(person.id == new.id ? .created : .ok) { ConversationDocument.write(person, to: &$0) }
            },
            APIOperation(
                .patch, "/people/{id}", .write,
                summary: "Rename a person, also in past conversations. 409 when another person has the name, with the way to merge them.",
                body: [.init("name", "string", required: true, "The new name.")], answer: Self.person
            ) { request throws(APIError) in
                let name = try Self.name(request)
                let isDone = try await APIError.stored { () throws(StoreError) in
                    try await store.rename(request.id("id"), to: name, of: request.user)
                }
                guard isDone else { throw Self.missing(request) }
                return try await answer(request)
            },
            APIOperation(
                .delete, "/people/{id}", .write,
                summary: "Delete a person with their voices and samples. What the person said stays, without a name.",
                answer: .nothing
            ) { request throws(APIError) in
                let isDone = try await APIError.stored { () throws(StoreError) in
                    try await store.delete(request.id("id", as: Person.self), of: request.user)
                }
                guard isDone else { throw Self.missing(request) }
                service.reconcileVoices(of: request.user)
                return .nothing
            },
            APIOperation(
                .post, "/people/{id}/merge", .write, summary: "Merges another person into this one, with all their data.",
                body: [.init("person_id", "string", required: true, "The other person, who is removed.")], answer: Self.person, erases: true
            ) { request throws(APIError) in
                let other = ID<Person>(try request.needed("person_id"))
                guard other != request.id("id") else { throw .badRequest("A person cannot be merged with themselves.") }
                let isDone = try await APIError.stored { () throws(StoreError) in
                    try await store.merge(other, into: request.id("id"), of: request.user)
                }
                guard isDone else { throw APIError(.notFound, "not_found", "One of the two people does not exist.") }
                service.reconcileVoices(of: request.user)
                return try await answer(request)
            },
        ]
    }

    private static func name(_ request: APIRequest) throws(APIError) -> String {
        let name = try request.needed("name")
        guard name.utf8.count <= ConversationLimits.name, !NameKey.trimmed(name).isEmpty else {
            throw .badRequest("\"name\" must have letters, and at most \(ConversationLimits.name) bytes.")
        }
        return name
    }

    private static func missing(_ request: APIRequest) -> APIError { .notFound("person", request.parameters["id"] ?? "") }

    private func people(_ request: APIRequest) async throws(APIError) -> [Person] {
        try await APIError.stored { () throws(StoreError) in try await store.people(of: request.user) }
    }

    private func answer(_ request: APIRequest) async throws(APIError) -> APIAnswer {
        guard let person = try await people(request).first(where: { $0.id == request.id("id") }) else { throw Self.missing(request) }
        return .json { ConversationDocument.write(person, to: &$0) }
    }
}
