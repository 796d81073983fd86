import Conversations
import Speech

/// A row of a list of voices.
struct ListedVoiceRow {
    /// Number of the voice's row.
    let number: Int64
    /// The voice's place in the order of evidence.
    let position: ListCursor
    /// The voice, without when it was heard.
    private let listed: ListedVoice

    /// Reads a row of the columns number, id, label, person, is_user, evidence, created_at, adopted_at, adoption_distance.
    init(_ row: borrowing SQLRow) {
        number = row.integer(0) ?? 0
        position = ListCursor(value: row.integer(5) ?? 0, number: number)
        let owner: Voice.Owner =
            if row.flag(4) { .user } else if let person = row.text(3) { .person(ID(person)) } else { .nobody }
        let adoption: Voice.Adoption? =
            if row.integer(7) == nil { nil } else { Voice.Adoption(row.time(7), distance: Float(row.real(8) ?? 0)) }
        listed = ListedVoice(
            id: ID(row.text(1) ?? ""), number: Int(row.integer(2) ?? 0), owner: owner, evidence: row.duration(5), created: row.time(6),
            adoption: adoption)
    }

    /// Returns the voice with what other statements have found.
    func voice(heard: UnixTime?, isSilent: Bool) -> ListedVoice {
        var voice = listed
        voice.heard = heard
        voice.isSilent = isSilent
        return voice
    }
}
