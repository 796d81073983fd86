package import Framing
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

    /// Maximum number of rejections that are listed.
    static let maxRejections = 20

    package internal(set) var conversations = ImportedCount()
    package internal(set) var people = ImportedCount()
    package internal(set) var voices = ImportedCount()
    package internal(set) var samples = ImportedCount()
    package internal(set) var audio = ImportedCount()
    package internal(set) var settings = ImportedCount()
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

    static let fields: [APIOperation.Field] = [
        .init("conversations", "ImportCount", required: true, "Conversations."),
        .init("people", "ImportCount", required: true, "People."),
        .init("voices", "ImportCount", required: true, "Voices, also those that were merged into others."),
        .init("samples", "ImportCount", required: true, "Recordings from which voices were learned."),
        .init("audio", "ImportCount", required: true, "Files of audio."),
        .init("settings", "ImportCount", required: true, "Settings, and fingerprints of the user's own keys at vendors."),
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
