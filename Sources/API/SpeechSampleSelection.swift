internal import Conversations
internal import Framing
internal import Speech
internal import Store

/// The recordings of a voice that a deletion names. A query that names nothing, or has a parameter that is not known, selects nothing: a deletion never
/// takes more than its sender has named.
///
/// Source: the parameters `memory_id`, `segment_idx` and `person_id` are those of Omi's app; `id` and `all` are Harken's own.
struct SpeechSampleSelection: Sendable, Equatable {
    enum Choice: Sendable, Equatable {
        /// One recording, and its index.
        case one(ID<SpeechSample>, segment: Int)
        /// All recordings that were added to the profile.
        case all
    }

    /// The user, or the person whose voice is recorded.
    let owner: Voice.Owner
    let choice: Choice

    static let accepted = "Give the recording to delete: memory_id (with segment_idx), or id; or all=true for all of them."
    static let fields: [APIOperation.Field] = [
        .init("memory_id", "string", "The recording: the part of its address before _segment_."),
        .init("segment_idx", "integer", "The recording's index: the part of its address behind _segment_. Default: 0."),
        .init("id", "string", "The recording, in place of memory_id."),
        .init("all", "boolean", "true: all recordings that were added, in place of one. Default: false."),
        person,
    ]
    /// The parameter that names the owner.
    static let person = APIOperation.Field(
        "person_id", "string", "The person whose voice is recorded; no recordings of people are kept today. Default, and null: the user.")

    init(_ query: URLQuery) throws(APIError) {
        let names = query.pairs.map(\.name)
        if let other = names.first(where: { name in !Self.fields.contains { $0.name == name } }) {
            throw .badRequest("\"\(other.prefix(bytes: 100))\" is not a parameter of this request. \(Self.accepted)")
        }
        guard Set(names).count == names.count else { throw .badRequest("A parameter is given twice. \(Self.accepted)") }
        owner = Self.owner(query)
        let memory = Self.text("memory_id", query), id = Self.text("id", query), index = query.first("segment_idx")
        guard index == nil || memory != nil else { throw .badRequest("segment_idx belongs to a memory_id. \(Self.accepted)") }
        let all = query.first("all")
        guard all == nil || all == "true" || all == "false" else { throw .badRequest("all takes true or false. \(Self.accepted)") }
        switch (memory, id, all == "true") {
        case (let memory?, nil, false):
            guard let segment = Int(index ?? "\(SpeechSampleAddress.segment)") else {
                throw .badRequest("segment_idx takes a whole number. \(Self.accepted)")
            }
            choice = .one(ID(memory), segment: segment)
        case (nil, let id?, false): choice = .one(ID(id), segment: SpeechSampleAddress.segment)
        case (nil, nil, true): choice = .all
        case _: throw .badRequest(Self.accepted)
        }
    }

    /// Returns the owner that a query names in `person_id`: a person, or the user when it is absent, empty or `null`.
    static func owner(_ query: URLQuery) -> Voice.Owner {
        guard let person = text("person_id", query), person != "null" else { return .user }
        return .person(ID(person))
    }

    /// Returns the selected ones of an owner's recordings; nil when the selected one is not there.
    func chosen(from samples: [SpeechSample]) -> [SpeechSample]? {
        switch choice {
        case .all: return samples
        case .one(let id, let segment):
            guard segment == SpeechSampleAddress.segment, let sample = samples.first(where: { $0.id == id }) else { return nil }
            return [sample]
        }
    }

    private static func text(_ name: String, _ query: URLQuery) -> String? { query.first(name).flatMap { $0.isEmpty ? nil : $0 } }
}
