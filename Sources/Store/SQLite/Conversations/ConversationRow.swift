import Conversations
import Speech

/// Conversations and segments as rows.
enum ConversationRow {
    /// A row of the columns id, user, status, source, device, language, title, summary, started_at, finished_at, reason, call,
    /// timeout.
    static func conversation(_ row: borrowing SQLiteRow) -> Conversation {
        Conversation(
            id: ID(row.text(0) ?? ""), user: ID(row.text(1) ?? ""), status: row.text(2).flatMap(Conversation.Status.init(rawValue:)) ?? .failed,
            source: row.text(3) ?? "", device: row.text(4), language: row.text(5).map { LanguageTag($0) }, title: row.text(6),
            summary: row.text(7), started: row.time(8), finished: row.time(9), finalizationReason: row.text(10), call: row.text(11),
            timeout: row.integer(12).map { .nanoseconds($0) })
    }

    /// With segments.
    static func whole(_ number: Int64, on connection: borrowing SQLiteConnection) throws(StoreError) -> Conversation? {
        var found: Conversation?
        try connection.run(
            """
            SELECT c.id, a.user, c.status, c.source, c.device, c.language, c.title, c.summary, c.started_at, c.finished_at, c.reason,
            c.call, c.timeout
            FROM conversations c JOIN archives a ON a.number = c.archive WHERE c.number = ?
            """, [.integer(number)]
        ) { (row) throws(StoreError) in found = conversation(row) }
        guard var found else { return nil }
        found.segments = try segments(of: number, on: connection)
        return found
    }

    /// In order.
    ///
    /// - Parameter ids: of which segments; nil: all.
    static func segments(
        of conversation: Int64, ids: [ID<Segment>]? = nil, on connection: borrowing SQLiteConnection
    ) throws(StoreError) -> [Segment] {
        var segments: [Segment] = []
        try connection.run(
            """
            SELECT s.id, s.text, s.start_at, s.end_at, s.words, s.speaker, s.identified_by, s.confidence, s.channel, s.engine, s.model,
            s.translations, p.id, s.is_user, w.id, w.is_user, wp.id
            FROM segments s LEFT JOIN people p ON p.number = s.person LEFT JOIN voices v ON v.number = s.voice
            LEFT JOIN voices w ON w.number = coalesce(v.joined_to, v.number) LEFT JOIN people wp ON wp.number = w.person
            WHERE s.conversation = ?1 AND (?2 IS NULL OR s.id IN (SELECT value FROM json_each(?2)))
            ORDER BY s.start_at, s.number
            """, [.integer(conversation), .text(ids.map { SegmentCoding.list($0.map(\.rawValue)) })]
        ) { (row) throws(StoreError) in
            segments.append(
                Segment(
                    id: ID(row.text(0) ?? ""), text: row.text(1) ?? "", start: row.duration(2), end: row.duration(3),
                    words: row.text(4).map(SegmentCoding.words) ?? [], speaker: row.integer(5).map { SpeakerNumber(Int($0)) },
                    identity: SpeakerIdentity(
                        who(person: row.text(12), isUser: row.flag(13), voice: row.text(14), isUsersVoice: row.flag(15), voicesPerson: row.text(16)),
                        by: row.text(6).flatMap(SpeakerIdentity.Source.init(rawValue:)), confidence: row.real(7).map { Float($0) }),
                    channel: ChannelIndex(Int(row.integer(8) ?? 0)), engine: row.text(9).map { EngineName($0) }, model: row.text(10),
                    translations: row.text(11).map(SegmentCoding.translations) ?? []))
        }
        return segments
    }

    /// Who speaks a segment: the one that it names, else whose voice it is.
    static func who(person: String?, isUser: Bool, voice: String?, isUsersVoice: Bool, voicesPerson: String?) -> SpeakerIdentity.Who {
        if let person { return .person(ID(person)) }
        if isUser { return .user }
        guard let voice else { return .unknown }
        if isUsersVoice { return .user }
        return voicesPerson.map { .person(ID($0)) } ?? .voice(ID(voice))
    }
}
