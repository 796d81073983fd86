import Conversations
import Framing
import Protocols
import Speakers
import Speech
import Store

struct PeopleList: Command {
    static let description = CommandDescription(
        name: "people list", summary: "List known people, and voices without a name.",
        discussion: """
            With --json: one array of people and of voices without a name, each with the seconds of speech that the voice was learned from. A voice \
            has a label in place of a name. A name is compared without case. Two people of one name, from an earlier version of Harken, are marked: \
            people merge makes them one.
            """,
        options: DataPlace.options)

    private let place: DataPlace
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let data = try place.existing()
            let people = try await data?.people() ?? [], voices = try await data?.voices() ?? []
            if json {
                context.output.writeLine(Self.json(people, voices))
            } else if people.isEmpty && voices.isEmpty {
                context.note("nobody yet; add someone with: harken people add NAME FILE")
            } else {
                let zone = try await data?.timeZone(for: []) ?? .utc
                let namesakes = Person.namesakes(among: people)
                let known = people.map { person in
                    let mark = namesakes[person.id].map { " (merge with \($0)?)" } ?? ""
                    return [
                        person.id.rawValue, person.name + mark, seconds(Self.evidence(of: .person(person.id), voices)),
                        zone.shortText(of: person.created),
                    ]
                }
                let unnamed = voices.filter { $0.owner == .nobody }.map { voice in
                    [voice.id.rawValue, "(\(voice.label))", seconds(voice.evidence) + Self.doubt(voice), zone.shortText(of: voice.created)]
                }
                context.output.write(Table.text(["ID", "NAME", "SPEECH", "SINCE"], known + unnamed))
            }
        }
    }

    private func seconds(_ duration: Duration) -> String { "\(duration.components.seconds) s" }

    /// Says that a voice is not recognized because too little of it was heard.
    private static func doubt(_ voice: KnownVoice) -> String { voice.evidence < SpeakerRule().evidence ? ", too little to be recognized" : "" }

    private static func evidence(of owner: Voice.Owner, _ voices: [KnownVoice]) -> Duration {
        voices.reduce(.zero) { $1.owner == owner ? $0 + $1.evidence : $0 }
    }

    private static func json(_ people: [Person], _ voices: [KnownVoice]) -> String {
        let namesakes = Person.namesakes(among: people)
        var json = JSONWriter()
        json.beginArray()
        for person in people {
            json.beginObject()
            json.member("id", person.id.rawValue)
            json.member("name", person.name)
            json.member("created_at", person.created.rfc3339)
            if let other = namesakes[person.id] { json.member("same_name_as", other.rawValue) }
            json.member("speech", evidence(of: .person(person.id), voices) / .seconds(1), decimals: 3)
            json.endObject()
        }
        for voice in voices where voice.owner == .nobody {
            json.beginObject()
            json.member("id", voice.id.rawValue)
            json.member("label", voice.label)
            json.member("created_at", voice.created.rfc3339)
            json.member("speech", voice.evidence / .seconds(1), decimals: 3)
            json.endObject()
        }
        json.endArray()
        return json.text
    }
}
