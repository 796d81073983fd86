import Conversations
import Speech

/// Changes of speakers by hand, in parts: a conversation may have 50,000 segments, whose rows take seconds to write.
///
/// The rows of `speaker_parts` are the note of what is to do: work that a crash cuts off goes on at the next start. Until then the segments that are
/// left have their former speakers.
enum SpeakerParts {
    /// Number of segments that one transaction changes, so that other writes wait for a tenth of a second at most.
    static let segmentsAtOnce = ReclaimedSegments.segmentsAtOnce

    /// A change of the speakers of segments of one conversation.
    enum Change: Sendable {
        /// The segments belong to an owner. `namesVoices`: their voices get the owner's name, too.
        case assignment([ID<Segment>], to: OwnerColumns, namesVoices: Bool)
        /// The segments get back the speakers that they had before an assignment, and voices their owners.
        case restoration([FormerSpeaker], owners: [FormerOwner])

        /// The change in parts of `segmentsAtOnce` segments.
        fileprivate var parts: [Change] {
            switch self {
            case .assignment(let segments, let owner, let namesVoices):
                var seen: Set<ID<Segment>> = []
                // A segment that is named twice would tell the new speaker as the former one.
                return split(segments.filter { seen.insert($0).inserted }).map { .assignment($0, to: owner, namesVoices: namesVoices) }
            case .restoration(let speakers, let owners):
                // All voices get their owners in the first part, which is not noted. There may be voices without segments.
                return [.restoration([], owners: owners)] + split(speakers).map { .restoration($0, owners: []) }
            }
        }

        private func split<Element>(_ all: [Element]) -> [[Element]] {
            stride(from: 0, to: all.count, by: segmentsAtOnce).map { Array(all[$0..<min($0 + segmentsAtOnce, all.count)]) }
        }
    }

    /// The effect of a part.
    struct Effect: Sendable {
        /// The speakers of before; empty for a restoration.
        var former: [FormerSpeaker] = []
        /// The owners of before of the voices that got a name, each voice once; empty for a restoration.
        var owners: [FormerOwner] = []
        /// True if people, voices or samples have changed.
        var isRevised = false
        /// The speakers of before of segments of later parts that automation had given to others than their voice. A voice that gets a name takes
        /// such segments back, in whatever part they are.
        var assigned: [ID<Segment>: FormerSpeaker] = [:]

        /// Adds the effect of a later part. A voice that an earlier part has named keeps the owner that it had before that part.
        mutating func add(_ later: Effect) {
            let named = Set(owners.map(\.voice))
            former += later.former.map { speaker in
                guard let before = assigned[speaker.segment] else { return speaker }
                var reclaimed = before
                reclaimed.named = .nobody
                return speaker == reclaimed ? before : speaker
            }
            owners += later.owners.filter { !named.contains($0.voice) }
            if later.isRevised { isRevised = true }
        }
    }

    /// Carries out the first part, and notes the others.
    ///
    /// - Parameter conversation: number of the conversation's row.
    /// - Returns: the effect of the first part, and the numbers of the others.
    static func begin(
        _ change: Change, in conversation: Int64, of archive: UserPartition, on connection: borrowing SQLConnection
    ) throws(StoreError) -> (effect: Effect, left: [Int64]) {
        let parts = change.parts
        guard let first = parts.first else { return (Effect(), []) }
        var assigned: [FormerSpeaker] = []
        if parts.count > 1, case .assignment(_, to: _, namesVoices: true) = change {
            assigned = try SQLConversationStore.assignedSpeakers(in: conversation, on: connection)
        }
        var effect = try apply(first, in: conversation, of: archive, on: connection)
        effect.assigned = Dictionary(assigned.map { ($0.segment, $0) }) { first, _ in first }
        var later = parts.dropFirst()
        // As a rule there is little that voices take back with their owners, and the first segments need no transaction of their own.
        if case .restoration = change, let next = later.first, try !ReclaimedSegments.finishPart(of: archive, on: connection) {
            effect.add(try apply(next, in: conversation, of: archive, on: connection))
            later = later.dropFirst()
        }
        var left: [Int64] = []
        for part in later {
            if let number = try note(part, in: conversation, on: connection) { left.append(number) }
        }
        return (effect, left)
    }

    /// The end of a transaction for a part that was noted.
    enum PartTurn: Sendable {
        /// Voices have taken back some segments in its place: the part comes in another transaction.
        case later
        /// The part is carried out. nil: another one has carried it out before, or the conversation or the person is gone.
        case done(Effect?)
    }

    /// Carries out a part that was noted.
    ///
    /// Before segments get former speakers, voices take back what they get with their owners. Otherwise they would take former guesses.
    static func finish(part number: Int64, on connection: borrowing SQLConnection) throws(StoreError) -> PartTurn {
        let restored = try connection.integer(
            """
            SELECT c.archive FROM speaker_parts n JOIN conversations c ON c.number = n.conversation WHERE n.number = ? AND n.is_restoration
            """, [.integer(number)])
        if let restored, try ReclaimedSegments.finishPart(of: UserPartition(number: restored), on: connection) { return .later }
        return .done(try carryOut(part: number, on: connection))
    }

    private static func carryOut(part number: Int64, on connection: borrowing SQLConnection) throws(StoreError) -> Effect? {
        var noted: (conversation: Int64, change: Change)?
        try connection.run(
            """
            DELETE FROM speaker_parts WHERE number = ? RETURNING conversation, person, is_user, names_voices, is_restoration, speakers
            """, [.integer(number)]
        ) { (row) throws(StoreError) in
            guard let conversation = row.integer(0), let speakers = row.text(5) else { return }
            let owner = OwnerColumns(person: row.integer(1), isUser: row.flag(2))
            let change: Change =
                row.flag(4)
                ? .restoration(FormerSpeakerCoding.decode(speakers), owners: [])
                : .assignment(SegmentCoding.names(speakers).map { ID($0) }, to: owner, namesVoices: row.flag(3))
            noted = (conversation, change)
        }
        guard let noted, let archive = try connection.integer("SELECT archive FROM conversations WHERE number = ?", [.integer(noted.conversation)])
        else { return nil }
        return try apply(noted.change, in: noted.conversation, of: UserPartition(number: archive), on: connection)
    }

    /// Carries out the first part that is left of a conversation, or what comes before it.
    ///
    /// - Returns: false when nothing was left.
    static func finishFirst(of conversation: Int64, on connection: borrowing SQLConnection) throws(StoreError) -> Bool {
        let first = try connection.integer(
            "SELECT number FROM speaker_parts WHERE conversation = ? ORDER BY number LIMIT 1", [.integer(conversation)])
        guard let first else { return false }
        _ = try finish(part: first, on: connection)
        return true
    }

    /// Carries out all parts of a conversation whose segments go elsewhere.
    static func finishAll(of conversation: Int64, on connection: borrowing SQLConnection) throws(StoreError) {
        while try finishFirst(of: conversation, on: connection) {}
    }

    /// A part that was noted.
    struct NotedPart: Sendable {
        var number: Int64
        var conversation: OwnedConversation
    }

    /// Returns all parts that are left, in their order.
    static func left(in database: any SQLDatabase) async throws(StoreError) -> [NotedPart] {
        try await database.read { (connection) throws(StoreError) in
            var parts: [NotedPart] = []
            try connection.run(
                """
                SELECT n.number, a.user, c.id FROM speaker_parts n CROSS JOIN conversations c CROSS JOIN archives a
                WHERE c.number = n.conversation AND a.number = c.archive ORDER BY n.number
                """
            ) { (row) throws(StoreError) in
                guard let number = row.integer(0), let user = row.text(1), let conversation = row.text(2) else { return }
                parts.append(NotedPart(number: number, conversation: OwnedConversation(id: ID(conversation), user: ID(user))))
            }
            return parts
        }
    }

    /// Carries out parts. Other writes come between them. A full disk gives up the room that is kept for deletions, because deletions wait for it.
    static func finish(_ parts: [NotedPart], in database: any SQLDatabase) async throws(StoreError) {
        for part in parts {
            var turn = PartTurn.later
            while case .later = turn {
                // Changes of one user come one after the other, also those of other processes.
                turn = try await database.delete(.user(part.conversation.user)) { (connection) throws(StoreError) in
                    try finish(part: part.number, on: connection)
                }
            }
        }
    }

    private static func note(_ part: Change, in conversation: Int64, on connection: borrowing SQLConnection) throws(StoreError) -> Int64? {
        let values: [SQLValue] =
            switch part {
            case .assignment(let segments, let owner, let namesVoices):
                [
                    .integer(owner.person), .flag(owner.isUser), .flag(namesVoices), .flag(false),
                    .text(SegmentCoding.list(segments.map(\.rawValue))),
                ]
            case .restoration(let speakers, _):
                [.integer(nil), .flag(false), .flag(false), .flag(true), .text(FormerSpeakerCoding.encode(speakers))]
            }
        return try connection.integer(
            """
            INSERT INTO speaker_parts (conversation, person, is_user, names_voices, is_restoration, speakers) VALUES (?, ?, ?, ?, ?, ?)
            RETURNING number
            """, [.integer(conversation)] + values)
    }

    private static func apply(
        _ part: Change, in conversation: Int64, of archive: UserPartition, on connection: borrowing SQLConnection
    ) throws(StoreError) -> Effect {
        let effect: Effect
        switch part {
        case .assignment(let segments, let owner, let namesVoices):
            let list = SQLValue.text(SegmentCoding.list(segments.map(\.rawValue)))
            effect = try SQLConversationStore.assign(list, in: conversation, to: owner, namingVoices: namesVoices, on: connection)
        case .restoration(let speakers, let owners):
            effect = try SQLConversationStore.restore(speakers, owners: owners, in: conversation, of: archive, on: connection)
        }
        if effect.isRevised { try archive.revise(on: connection) }
        return effect
    }
}
