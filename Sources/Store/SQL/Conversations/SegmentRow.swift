import Conversations
import Speech

/// Segments as rows: the statements that name the columns of `SegmentField`, and the values of these columns.
///
/// The column `translations` comes from an earlier version and is empty.
enum SegmentRow {
    /// Columns that say who speaks. Their values come from the rows of people and voices.
    private static let identity: [StaticString] = ["person", "is_user", "voice", "identified_by", "confidence"]

    /// Inserts a segment. Parameters: number, conversation, id, is_edited, speaker (5), and `values`.
    static let insert: ComposedSQL = {
        let names = ["number", "conversation", "id", "is_edited"] + identity + SegmentField.stored.map(\.column.name)
        return ComposedSQL("INSERT INTO segments (") + list(names) + ComposedSQL(") VALUES (") + list(names.map { _ in "?" }) + ComposedSQL(")")
    }()

    /// Updates a segment. Parameters: number, flag that the stored speaker stays, speaker (5), and `values`.
    static let update: ComposedSQL = {
        let identity = [
            ComposedSQL("person = iif(?2, person, ?3), is_user = iif(?2, is_user, ?4), voice = iif(?2, voice, ?5)"),
            ComposedSQL("identified_by = iif(?2, identified_by, ?6), confidence = iif(?2, confidence, ?7)"),
        ]
        // A `?` stands for the parameter after the last one.
        let columns = SegmentField.stored.map { _, column in
            column.isEdited ? ComposedSQL(column.name, " = iif(is_edited, ", column.name, ", ?)") : ComposedSQL(column.name, " = ?")
        }
        return ComposedSQL("UPDATE segments SET ") + ComposedSQL(identity + columns) + ComposedSQL(" WHERE number = ?1")
    }()

    /// Sets the text and the words of a segment that a person has edited or redacted. Parameters: those of `edition`.
    static let edit: ComposedSQL = {
        let columns = SegmentField.stored.filter(\.column.isEdited).map { ComposedSQL($0.column.name, " = ?") }
        return ComposedSQL("UPDATE segments SET is_edited = TRUE, ") + ComposedSQL(columns) + ComposedSQL(" WHERE conversation = ? AND id = ?")
    }()

    /// Returns the parameters of `edit`.
    static func edition(of segment: Segment, in conversation: Int64) -> [SQLValue] {
        SegmentField.stored.filter(\.column.isEdited).map { value($0.field.value(segment)) } + [.integer(conversation), .text(segment.id.rawValue)]
    }

    /// Reads all segments of a conversation. Columns: id, speaker (7), is_edited, and those of `restore`. Parameter: conversation.
    static let select = columns + ComposedSQL("WHERE s.conversation = ? ORDER BY s.start_at, s.number")

    /// Reads some segments of a conversation. Columns as of `select`. Parameters: conversation, list of ids.
    static let selectSome =
        columns
        // With the sign, SQLite finds the segments by their ids, and not in the order of all segments.
        + ComposedSQL("WHERE s.conversation = ? AND s.id IN (SELECT value FROM json_each(?)) ORDER BY +s.start_at, s.number")

    /// Reads a page of segments. Columns as of `select`. Parameters: conversation, from, to, number of segments before the page, limit.
    static let page =
        columns
        + ComposedSQL(
            """
            WHERE s.number IN (
                SELECT number FROM segments INDEXED BY segments_in_order
                WHERE conversation = ?1 AND (?2 IS NULL OR end_at > ?2) AND (?3 IS NULL OR start_at < ?3)
                ORDER BY start_at, number LIMIT ?5 OFFSET ?4)
            ORDER BY s.start_at, s.number
            """)

    private static let columns: ComposedSQL = {
        let columns = SegmentField.stored.map { ComposedSQL("s.", $0.column.name) }
        return ComposedSQL("SELECT s.id, ", SpeakerJoins.columns, ", s.identified_by, s.confidence, s.is_edited, ") + ComposedSQL(columns)
            + ComposedSQL(" FROM segments s ", SpeakerJoins.of, "\n")
    }()

    private static func list(_ names: [StaticString]) -> ComposedSQL { ComposedSQL(names.map { ComposedSQL($0) }) }

    // MARK: Values

    static func values(_ segment: Segment) -> [SQLValue] { SegmentField.stored.map { value($0.field.value(segment)) } }

    private static func value(_ value: SegmentValue) -> SQLValue {
        switch value {
        case .text(let text): .text(text)
        case .integer(let number): .integer(number.map { Int64($0) })
        case .time(let time): .duration(time)
        case .fraction(let fraction): .real(fraction)
        case .flag(let flag): .flag(flag)
        case .words(let words): .text(SegmentCoding.encode(words))
        case .emptyList, .null: .text(nil)
        }
    }

    /// Puts the values of a row into a segment.
    ///
    /// - Parameter first: index of the first of these columns in the row.
    static func restore(_ segment: inout Segment, _ row: borrowing SQLRow, from first: Int32) {
        for (place, (field, column)) in SegmentField.stored.enumerated() {
            let index = first + Int32(place)
            let value: SegmentValue =
                switch field.kind {
                case .text, .name: .text(row.text(index))
                case .integer: .integer(row.integer(index).map { Int($0) })
                case .time: .time(row.duration(index))
                case .fraction: .fraction(row.real(index))
                case .flag: .flag(row.flag(index))
                case .words: .words(row.text(index).map(SegmentCoding.words) ?? [])
                case .emptyList: .emptyList
                case .null: .null
                }
            column.restore(&segment, value)
        }
    }
}
