import Conversations
import Protocols
import Sessions
import Speakers
import Speech
import Store

/// The voices that this machine's user knows. They give a recording's speakers their names.
struct KnownSpeakers {
    private let directory: VoiceDirectory
    private let names: SpeakerNames

    /// Opens the store; nil when there is none, or when it cannot be read, which is reported. Without it no speaker is named.
    static func open(_ arguments: Arguments, _ context: CommandContext) async -> KnownSpeakers? {
        do {
            let stores = try StoreAccess(arguments)
            guard let store = try stores.existing()?.conversations(now: { .now }) else { return nil }
            return KnownSpeakers(try await store.voices(of: stores.user), try await store.people(of: stores.user))
        } catch {
            context.note("speakers get no names, because the store cannot be read: \(error)")
            return nil
        }
    }

    init(_ voices: [Voice], _ people: [Person]) {
        // Voices without a name are left out.
        directory = VoiceDirectory(voices.filter { $0.owner != .nobody })
        names = SpeakerNames(people: people, voices: voices)
    }

    /// Returns the names of the known speakers, by their index. No name is given twice.
    ///
    /// - Parameter speakers: the voice of each speaker.
    func names(of speakers: [VoiceEvidence]) -> [Int: String] {
        let clusters = speakers.indices.filter { speakers[$0].duration >= directory.rule.shortestClip }
            .sorted { speakers[$0].duration > speakers[$1].duration }
        let found = ClusterIdentity.identify(
            clusters.map { (ClusterIdentity.key(cluster: nil, label: nil, number: $0), .success(speakers[$0].voiceprint)) }, in: directory)
        var names: [Int: String] = [:]
        for number in clusters {
            names[number] = found[ClusterIdentity.key(cluster: nil, label: nil, number: number)].flatMap { self.names.name(of: $0.identity.who) }
        }
        return names
    }
}
