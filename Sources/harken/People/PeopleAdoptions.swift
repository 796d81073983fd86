import Conversations
import Framing
import Protocols
import Speech

struct PeopleAdoptions: Command {
    private static let undo = Option<String>(
        "--undo", "VOICE", "Takes this voice from its owner: the voice has no name again, and the owner does not get it automatically again.")

    static let description = CommandDescription(
        name: "people adoptions", summary: "List voices that got their names automatically, or undo one.",
        discussion: """
            When somebody is enrolled, Harken gives them all voices without a name that plainly sound like them, in past conversations too. VOICE is \
            a voice as this list shows it: "Speaker 1", or its id.
            """,
        options: [undo] + DataPlace.options)

    private let place: DataPlace
    private let undone: String?
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        undone = try arguments.value(Self.undo)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            if let undone {
                let data = try place.needed()
                let voice = try await data.adopted(undone)
                guard try await data.release(voice.id) else { throw data.missing("adopted voice", undone) }
                context.tell(voice, "has no name again", json: json)
            } else {
                let data = try place.existing()
                list(
                    try await data?.voices().filter { $0.adoption != nil } ?? [], try await data?.people() ?? [],
                    try await data?.timeZone(for: []) ?? .utc, context)
            }
        }
    }

    private func list(_ voices: [KnownVoice], _ people: [Person], _ zone: TimeZoneRules, _ context: CommandContext) {
        let names = SpeakerNames(people: people, labels: [:])
        if json {
            context.output.writeLine(Self.json(voices, names))
        } else if voices.isEmpty {
            context.note("no voice got its name automatically")
        } else {
            let rows = voices.map { voice in
                [voice.id.rawValue, voice.label, names.name(of: voice.who) ?? "", voice.adoption.map { zone.shortText(of: $0.time) } ?? ""]
            }
            context.output.write(Table.text(["ID", "VOICE", "NAME", "SINCE"], rows))
        }
    }

    private static func json(_ voices: [KnownVoice], _ names: SpeakerNames) -> String {
        var json = JSONWriter()
        json.beginArray()
        for voice in voices {
            json.beginObject()
            json.member("id", voice.id.rawValue)
            json.member("label", voice.label)
            json.member("name", optional: names.name(of: voice.who))
            json.member("adopted_at", optional: voice.adoption?.time.rfc3339)
            json.member("distance", Double(voice.adoption?.distance ?? 0), decimals: 3)
            json.endObject()
        }
        json.endArray()
        return json.text
    }
}

extension KnownVoice {
    /// The speaker whom the voice stands for.
    fileprivate var who: SpeakerIdentity.Who {
        switch owner {
        case .nobody: .voice(id)
        case .person(let person): .person(person)
        case .user: .user
        }
    }
}

extension UserData {
    /// Finds an adopted voice by its label, its id or the beginning of its id.
    fileprivate func adopted(_ text: String) async throws -> KnownVoice {
        let voices = try await voices().filter { $0.adoption != nil }
        let wanted = text.lowercased()
        var found = voices.filter { $0.id.rawValue == text || $0.label.lowercased() == wanted }
        if found.isEmpty, !wanted.isEmpty { found = voices.filter { $0.id.rawValue.hasPrefix(wanted) } }
        guard found.count < 2 else { throw UsageError("several adopted voices begin with \(text); give more of the id") }
        guard let voice = found.first else { throw missing("adopted voice", text) }
        return voice
    }
}
