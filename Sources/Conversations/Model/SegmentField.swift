import Speech

/// Field of a segment: its name and meaning for clients, its column in the database, and its value.
///
/// The table `all` is the only list of a segment's fields. The JSON of `/listen`, of the API and of exports, the schema in the API's description and
/// the rows of the database are made of it.
package struct SegmentField: Sendable {
    /// Type of a field's values.
    package enum Kind: Sendable {
        /// The words of the segment.
        case text
        /// A short text, as the name of an engine.
        case name
        case integer
        /// A place in the conversation.
        case time
        /// 0…1.
        case fraction
        case flag
        case words
        /// A list without elements, which the protocol asks for.
        case emptyList
        /// Nothing, which the protocol asks for.
        case null
    }

    /// Column of the database.
    package struct Column: Sendable {
        package let name: StaticString
        /// True if an edit of the segment's text by hand changes the column. After an edit only other edits change such a column.
        package let isEdited: Bool
        /// Puts a value of the field's kind into a segment. Values that cannot be are left out.
        package let restore: @Sendable (inout Segment, SegmentValue) -> Void
    }

    /// Member of the JSON; nil when clients are not shown the field.
    package let name: StaticString?
    package let kind: Kind
    /// True if the value may be `null`.
    package let isOptional: Bool
    /// Sentence for readers of the API's description.
    package let meaning: StaticString
    package let value: @Sendable (Segment) -> SegmentValue
    /// Column that holds the field; nil when the value is made from others, or by the rows of people and voices.
    package let column: Column?

    /// A field that clients are shown and that has no column of its own.
    private init(
        _ name: StaticString, _ kind: Kind, optional: Bool = false, _ meaning: StaticString, value: @escaping @Sendable (Segment) -> SegmentValue
    ) {
        self.name = name
        self.kind = kind
        isOptional = optional
        self.meaning = meaning
        self.value = value
        column = nil
    }

    /// A field that is stored.
    ///
    /// - Parameters:
    ///   - name: nil when clients are not shown the field.
    ///   - isEdited: true if edits by hand change the field.
    private init(
        _ name: StaticString?, _ kind: Kind, optional: Bool = false, _ meaning: StaticString, column: StaticString, isEdited: Bool = false,
        value: @escaping @Sendable (Segment) -> SegmentValue, restore: @escaping @Sendable (inout Segment, SegmentValue) -> Void
    ) {
        self.name = name
        self.kind = kind
        isOptional = optional
        self.meaning = meaning
        self.value = value
        self.column = Column(name: column, isEdited: isEdited, restore: restore)
    }

    /// All fields that have a column, each with its column. The columns that say which row it is and who speaks are not of these.
    package static let stored: [(field: SegmentField, column: Column)] = all.compactMap { field in field.column.map { (field, $0) } }

    /// All fields, in the order of the JSON's members.
    package static let all: [SegmentField] = [
        SegmentField("id", .name, "The segment.") { .text($0.id.rawValue) },
        SegmentField("text", .text, "The words of the segment.", column: "text", isEdited: true, value: { .text($0.text) }) {
            $0.text = $1.text ?? ""
        },
        SegmentField("speaker", .name, "SPEAKER_ and speaker_id in two digits.") { .text($0.shownSpeaker.label) },
        SegmentField("speaker_id", .integer, "The conversation's number of the speaker, from 0; 0 also when nobody knows who speaks.") {
            .integer($0.shownSpeaker.number)
        },
        SegmentField(nil, .integer, optional: true, "", column: "speaker", value: { .integer($0.speaker?.number) }) {
            $0.speaker = $1.integer.map { SpeakerNumber($0) }
        },
        SegmentField("is_user", .flag, "True if the owner of the conversation speaks.") { .flag($0.identity.isUser) },
        SegmentField("person_id", .name, optional: true, "The person who speaks, or null.") { .text($0.identity.person?.rawValue) },
        SegmentField("start", .time, "Seconds since the conversation's start.", column: "start_at", value: { .time($0.start) }) {
            $0.start = $1.time ?? .zero
        },
        SegmentField("end", .time, "Seconds since the conversation's start.", column: "end_at", value: { .time($0.end) }) {
            $0.end = $1.time ?? .zero
        },
        SegmentField(nil, .integer, "", column: "channel", value: { .integer($0.channel.number) }) { $0.channel = ChannelIndex($1.integer ?? 0) },
        SegmentField("translations", .emptyList, "Always empty.") { _ in .emptyList },
        SegmentField("speech_profile_processed", .flag, "Always true.") { _ in .flag(true) },
        SegmentField("stt_provider", .name, optional: true, "The engine, or null.", column: "engine", value: { .text($0.engine?.rawValue) }) {
            $0.engine = $1.text.map { EngineName($0) }
        },
        SegmentField("stt_model", .name, optional: true, "The engine's name of its model, or null.", column: "model", value: { .text($0.model) }) {
            $0.model = $1.text
        },
        SegmentField("provider_cluster_id", .null, "Always null.") { _ in .null },
        SegmentField("provider_speaker_label", .null, "Always null.") { _ in .null },
        SegmentField("speaker_identity_state", .name, "unknown, unassigned, identified or user.") { .text($0.identityState) },
        SegmentField("speaker_identity_status", .name, "unknown, not_user or user.") { .text($0.identityStatus) },
        SegmentField("speaker_identity_confidence", .fraction, optional: true, "0 to 1, or null.") {
            .fraction($0.identity.confidence.map { Double($0) })
        },
        SegmentField("speaker_identity_source", .name, optional: true, "voiceprint, profile, channel, spoken_name, manual, or null.") {
            .text($0.identity.source?.rawValue)
        },
        SegmentField("speaker_identity_version", .null, "Always null.") { _ in .null },
        SegmentField("speaker_identity_provenance", .null, "Always null.") { _ in .null },
        SegmentField("speaker_identity_candidates", .null, "Always null.") { _ in .null },
        SegmentField("speaker_identity_text_hints", .null, "Always null.") { _ in .null },
        SegmentField(
            "words", .words, "In order, each with text, start and end; empty when nobody knows when they were said.", column: "words",
            isEdited: true, value: { .words($0.words) }
        ) { $0.words = $1.words ?? [] },
    ]
}

extension Segment {
    /// A speaker whom nobody knows is number 0 to clients, told from the first speaker by `speaker_identity_state`.
    fileprivate var shownSpeaker: SpeakerNumber { speaker ?? SpeakerNumber(0) }

    fileprivate var identityState: String { PlacedSpeaker(identity.who, number: speaker).state }

    fileprivate var identityStatus: String {
        switch identity.who {
        case .unknown: speaker == nil ? "unknown" : "not_user"
        case .voice, .person: "not_user"
        case .user: "user"
        }
    }
}
