internal import Conversations
internal import Speech

/// Whom a client has said the speakers of its conversation are, and which voices get their names by that.
struct AssignedSpeakers {
    private var owners: [SpeakerNumber: Voice.Owner] = [:]
    private var voices: [SpeakerNumber: ID<Voice>] = [:]
    /// Voices that have their names from here: who corrects the speaker corrects the voice.
    private var named: Set<ID<Voice>> = []

    /// A speaker sounds like this.
    ///
    /// - Parameter isNameless: nobody has said whose voice it is.
    /// - Returns: the owner to show for the voice; nil to leave the owner unchanged.
    mutating func heard(_ speaker: SpeakerNumber, _ voice: ID<Voice>, isNameless: Bool) -> Voice.Owner? {
        voices[speaker] = voice
        return owners[speaker].flatMap { name(voice, $0, isNameless: isNameless) }
    }

    /// A hand has said who a speaker is.
    ///
    /// - Returns: the voice that gets the name; nil: there is none yet, or it is somebody's. That the machine took the speaker for its owner is no
    ///   reason to take it from them.
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
