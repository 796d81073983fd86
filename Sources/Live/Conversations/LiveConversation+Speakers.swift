package import Conversations
internal import Protocols
package import Speakers
package import Speech
internal import Store
internal import VoiceTracking

/// The speakers of the conversation.
extension LiveConversation {
    package func know(_ known: KnownVoices) {
        run(machine.shown(names.know(known)))
        tellLabels()
        speakers?.know(known.directory.voices.filter { request.usesProfile || $0.owner != .user })
    }

    /// Tells the client the labels of voices that it does not know yet.
    func tellLabels() {
        guard !isEnded else { return }
        for event in names.newLabels() { show(event) }
    }

    package func hear(_ events: [SpeakerTracker.Event]) {
        for event in events {
            switch event {
            case .identified(let label, let voice, let confidence):
                let speaker = machine.speaker(ofLabel: label)
                if let owner = assigned.heard(speaker, voice, isNameless: names.known.isNameless(voice)) { give(.name(voice, owner)) }
                // A speaker who has said their name keeps the name when their voice has none.
                if machine.identity(of: speaker).source == .spokenName, names.known.isNameless(voice) { continue }
                run(machine.identified(speaker, as: SpeakerIdentity(.voice(voice), by: .voiceprint, confidence: confidence)))
            case .withdrawn(let label): run(machine.identified(machine.speaker(ofLabel: label), as: .unknown))
            case .isNew(let label, let voiceprint, let evidence):
                let voice = NewVoice(id: ID(service.newID()), voiceprint: voiceprint, evidence: evidence, created: service.now())
                give(.keep(voice, label: label))
                // Nobody waits for the answer any more. The voice is stored before the segments that name it.
                if isConcluded {
                    run(machine.identified(machine.speaker(ofLabel: label), as: SpeakerIdentity(.voice(voice.id), by: .voiceprint)))
                }
            case .learned(let voice, let voiceprint, let evidence): give(.learn(voice, voiceprint, evidence))
            }
        }
    }

    /// Notes that an engine that heard the user's speech profile gives the user this label.
    package func userSpeaks(as label: Int) {
        let voice = names.known.directory.voices.first { $0.owner == .user }
        run(machine.identified(machine.speaker(ofLabel: label), as: SpeakerIdentity(voice.map { .voice($0.id) } ?? .user, by: .profile)))
    }

    func introduce(_ introduction: SelfIntroduction) {
        switch introduction.who {
        case .known(let person): accept(introduction, person)
        case .new: give(.introduce(introduction))
        case .named: suggest(introduction, .named)
        }
    }

    package func accept(_ introduction: SelfIntroduction, _ person: ID<Person>) {
        suggest(introduction, .person(person))
        run(machine.identified(introduction.speaker, as: SpeakerIdentity(.person(person), by: .spokenName)))
    }

    private func suggest(_ introduction: SelfIntroduction, _ who: SpeakerSuggestion.Who) {
        guard !isEnded else { return }
        show(.suggested(SpeakerSuggestion(introduction.speaker, who, name: introduction.name, segment: introduction.segment)))
    }

    /// Assigns a speaker to a person, or to the user when `person` is nil, as the client asks. The speaker's voice gets the same owner.
    package func assign(_ speaker: SpeakerNumber, _ person: ID<Person>?) {
        if person == nil { speakers?.reserveUser() }
        let owner = person.map { Voice.Owner.person($0) } ?? .user
        if let voice = assigned.assigned(speaker, owner, isNameless: { names.known.isNameless($0) }) { give(.name(voice, owner)) }
    }
}
