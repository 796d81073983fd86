package import Conversations
package import Framing
package import Speech
package import Store

/// The outcome of an import: numbers of objects that are new and that were there, and the objects that are left out.
package struct ImportReport: Sendable, Equatable {
    /// An object in the archive that is not imported.
    package struct Rejection: Sendable, Equatable {
        /// Name of the file in the archive.
        package var entry: String
        /// One sentence without its full stop.
        package var reason: String
    }

    /// A person in the archive whose name another person of the user has.
    package struct Namesake: Sendable, Equatable {
        package var name: String
        package var person: ID<Person>
        package var other: ID<Person>
    }

    /// Maximum number of namesakes that are listed.
    static let maxNamesakes = 20
    /// Maximum number of rejections that are listed.
    static let maxRejections = 20

    package internal(set) var conversations = ImportedCount()
    package internal(set) var people = ImportedCount()
    package internal(set) var voices = ImportedCount()
    package internal(set) var samples = ImportedCount()
    package internal(set) var audio = ImportedCount()
    package internal(set) var settings = ImportedCount()
    /// The first people in the archive whose names other people have, at most `maxNamesakes`. Nobody but the user knows whether two are one.
    package private(set) var namesakes: [Namesake] = []
    /// The first rejections, at most `maxRejections`.
    package private(set) var rejected: [Rejection] = []
    /// Number of all rejections.
    package private(set) var rejectedCount = 0

    init() {}

    /// - Parameter count: number of objects that are left out for the reason.
    mutating func reject(_ entry: String, _ reason: String, count: Int = 1) {
        guard count > 0 else { return }
        rejectedCount += count
        if rejected.count < Self.maxRejections { rejected.append(Rejection(entry: entry.shown, reason: reason)) }
    }

    /// Notes those of the imported people whose names others have.
    ///
    /// - Parameter others: for each person of the user who has a namesake, another one of that name.
    mutating func note(_ imported: [Person], namesakes others: [ID<Person>: ID<Person>]) {
        for person in imported {
            guard namesakes.count < Self.maxNamesakes else { return }
            guard let other = others[person.id], !namesakes.contains(where: { $0.person == other && $0.other == person.id }) else { continue }
            namesakes.append(Namesake(name: person.name, person: person.id, other: other))
        }
    }

    static let fields: [APIOperation.Field] = [
        .init("conversations", "ImportCount", required: true, "Conversations."),
        .init("people", "ImportCount", required: true, "People."),
        .init("voices", "ImportCount", required: true, "Voices, also those that were merged into others."),
        .init("samples", "ImportCount", required: true, "Recordings from which voices were learned."),
        .init("audio", "ImportCount", required: true, "Files of audio."),
        .init("settings", "ImportCount", required: true, "Settings, and fingerprints of the user's own keys at vendors."),
        .init(
            "namesakes", "[ImportNamesake]", required: true,
            "The first \(maxNamesakes) people in the archive whose names other people of the user have. Merge those that are one person."),
        .init("rejected", "[ImportRejection]", required: true, "The first \(maxRejections) objects that are left out."),
        .init("rejected_count", "integer", required: true, "Number of all objects that are left out."),
    ]

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        for (name, count) in counts {
            json.key(name)
            json.beginObject()
            json.member("added", count.added)
            json.member("present", count.present)
            json.endObject()
        }
        json.key("namesakes")
        json.beginArray()
        for namesake in namesakes {
            json.beginObject()
            json.member("name", namesake.name)
            json.member("person_id", namesake.person.rawValue)
            json.member("other_person_id", namesake.other.rawValue)
            json.endObject()
        }
        json.endArray()
        json.key("rejected")
        json.beginArray()
        for rejection in rejected {
            json.beginObject()
            json.member("entry", rejection.entry)
            json.member("reason", rejection.reason)
            json.endObject()
        }
        json.endArray()
        json.member("rejected_count", rejectedCount)
        json.endObject()
    }

    private var counts: [(StaticString, ImportedCount)] {
        [
            ("conversations", conversations), ("people", people), ("voices", voices), ("samples", samples), ("audio", audio),
            ("settings", settings),
        ]
    }
}
