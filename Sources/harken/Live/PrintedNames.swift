import Conversations
import Speech

/// The names of a conversation's speakers, and the names under which they were printed.
struct PrintedNames {
    private var names: [SpeakerNumber: String] = [:]
    private var people: [ID<Person>: String] = [:]
    /// The labels under which voices without a name are kept.
    private var labels: [SpeakerNumber: String] = [:]
    /// Identity of each speaker, according to the speaker's newest segment.
    private var identities: [SpeakerNumber: SpeakerIdentity] = [:]
    private var printed: [SpeakerNumber: String] = [:]

    mutating func learn(_ segments: [Segment]) {
        for segment in segments { if let speaker = segment.speaker { identities[speaker] = segment.identity } }
    }

    mutating func learn(_ label: String, of speaker: SpeakerNumber) { labels[speaker] = label }

    /// The labels of those who were printed and have no name, in order of the speakers.
    var unnamed: [String] {
        printed.keys.sorted().compactMap { speaker in labels[speaker].flatMap { $0 == printed[speaker] ? $0 : nil } }
    }

    mutating func learn(_ suggestion: SpeakerSuggestion) {
        switch suggestion.who {
        case .user: names[suggestion.speaker] = "You"
        case .person(let id):
            people[id] = suggestion.name
            names[suggestion.speaker] = suggestion.name
        case .named: names[suggestion.speaker] = suggestion.name
        }
    }

    /// Returns `Anna: ` without marking it as printed; empty when `speaker` is nil.
    func prefix(_ speaker: SpeakerNumber?) -> String { speaker.map { name(of: $0) + ": " } ?? "" }

    /// Returns the same prefix, and marks the name as printed.
    mutating func print(_ speaker: SpeakerNumber?) -> String {
        if let speaker, printed[speaker] == nil { printed[speaker] = name(of: speaker) }
        return prefix(speaker)
    }

    /// Returns the speakers who were printed under another name, and marks their new names as printed.
    mutating func renamed() -> [(from: String, to: String)] {
        var changes: [(from: String, to: String)] = []
        for (speaker, from) in printed.sorted(by: { $0.key < $1.key }) {
            let to = name(of: speaker)
            guard from != to else { continue }
            printed[speaker] = to
            changes.append((from, to))
        }
        return changes
    }

    private func name(of speaker: SpeakerNumber) -> String {
        let identity = identities[speaker]
        if identity?.isUser == true { return "You" }
        let name = identity?.person.flatMap { people[$0] } ?? names[speaker]
        return name.flatMap { $0.isEmpty ? nil : TerminalText.safe($0) } ?? labels[speaker].map { TerminalText.safe($0) }
            ?? "Speaker \(speaker.number + 1)"
    }
}
