internal import Conversations
internal import Speech

/// The owners that a client has assigned to the speakers of its conversation, and the voices that get their names from these assignments.
struct AssignedSpeakers {
    private var owners: [SpeakerNumber: Voice.Owner] = [:]
    private var voices: [SpeakerNumber: ID<Voice>] = [:]
    /// Voices that were named by these assignments: a corrected speaker also corrects the voice.
    private var named: Set<ID<Voice>> = []

    /// Notes that a speaker has this voice.
    ///
    /// - Parameter isNameless: true if the voice has no owner.
    /// - Returns: the owner to show for the voice; nil to leave the owner unchanged.
    mutating func heard(_ speaker: SpeakerNumber, _ voice: ID<Voice>, isNameless: Bool) -> Voice.Owner? {
        voices[speaker] = voice
        return owners[speaker].flatMap { name(voice, $0, isNameless: isNameless) }
    }

    /// Notes that the client has assigned an owner to a speaker.
    ///
    /// - Returns: the voice that gets the name; nil when the speaker has no voice yet, or the voice has another owner, who keeps it: that the machine
    ///   took the speaker for the owner does not show that the voice is somebody else's.
    mutating func assigned(_ speaker: SpeakerNumber, _ owner: Voice.Owner, isNameless: (ID<Voice>) -> Bool) -> ID<Voice>? {
        owners[speaker] = owner
        guard let voice = voices[speaker], name(voice, owner, isNameless: isNameless(voice)) != nil else { return nil }
        return voice
    }

    private mutating func name(_ voice: ID<Voice>, _ owner: Voice.Owner, isNameless: Bool) -> Voice.Owner? {
        guard isNameless || named.contains(voice) else { return nil }
        named.insert(voice)
        return owner
    }
}
