import Conversations
import Speech

/// Reads conversations and segments from rows.
enum ConversationRow {
    /// Reads a row of the columns id, user, status, source, device, language, title, summary, started_at, finished_at, reason, call,
    /// timeout, findings.
    static func conversation(_ row: borrowing SQLRow) -> Conversation {
        Conversation(
            id: ID(row.text(0) ?? ""), user: ID(row.text(1) ?? ""), status: row.text(2).flatMap(Conversation.Status.init(rawValue:)) ?? .failed,
            source: row.text(3) ?? "", device: row.text(4), language: row.text(5).map { LanguageTag($0) }, title: row.text(6),
            summary: row.text(7), findings: row.text(13).flatMap(ConversationFindings.init(stored:)), started: row.time(8), finished: row.time(9),
            finalizationReason: row.text(10), call: row.text(11), timeout: row.integer(12).map { .nanoseconds($0) })
    }

    /// Reads a conversation with its segments.
    static func whole(_ number: Int64, on connection: borrowing SQLConnection) throws(StoreError) -> Conversation? {
        guard var found = try head(number, on: connection) else { return nil }
        found.segments = try segments(of: number, on: connection)
        return found
    }

    /// Reads a conversation without its segments.
    static func head(_ number: Int64, on connection: borrowing SQLConnection) throws(StoreError) -> Conversation? {
        var found: Conversation?
        try connection.run(
            """
            SELECT c.id, a.user, c.status, c.source, c.device, c.language, c.title, c.summary, c.started_at, c.finished_at, c.reason,
            c.call, c.timeout, c.findings
            FROM conversations c JOIN archives a ON a.number = c.archive WHERE c.number = ?
            """, [.integer(number)]
        ) { (row) throws(StoreError) in found = conversation(row) }
        return found
    }

    /// Reads segments of a conversation, in order.
    ///
    /// - Parameter ids: ids of the segments; nil for all segments.
    static func segments(
        of conversation: Int64, ids: [ID<Segment>]? = nil, on connection: borrowing SQLConnection
    ) throws(StoreError) -> [Segment] {
        var segments: [Segment] = []
        let whole: [SQLValue] = [.integer(conversation)]
        try connection.run(
            ids == nil ? SegmentRow.select : SegmentRow.selectSome, ids.map { whole + [.text(SegmentCoding.list($0.map(\.rawValue)))] } ?? whole
        ) { (row) throws(StoreError) in segments.append(segment(row)) }
        return segments
    }

    /// Reads a row of the columns of `SegmentRow.select`.
    static func segment(_ row: borrowing SQLRow) -> Segment {
        var segment = Segment(id: ID(row.text(0) ?? ""), text: "", start: .zero, end: .zero)
        segment.identity = SpeakerIdentity(
            who(person: row.text(1), isUser: row.flag(2), voice: row.text(3), isUsersVoice: row.flag(4), voicesPerson: row.text(5)),
            by: row.text(6).flatMap(SpeakerIdentity.Source.init(rawValue:)), confidence: row.real(7).map { Float($0) })
        segment.isEdited = row.flag(8)
        SegmentRow.restore(&segment, row, from: 9)
        return segment
    }

    /// Returns the speaker of a segment: the person or user whom the segment names, else the owner of the segment's voice.
    static func who(person: String?, isUser: Bool, voice: String?, isUsersVoice: Bool, voicesPerson: String?) -> SpeakerIdentity.Who {
        if let person { return .person(ID(person)) }
        if isUser { return .user }
        guard let voice else { return .unknown }
        if isUsersVoice { return .user }
        return voicesPerson.map { .person(ID($0)) } ?? .voice(ID(voice))
    }
}
