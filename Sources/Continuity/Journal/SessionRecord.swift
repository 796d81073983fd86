package import Speech

/// Data that the journal keeps of a session besides its audio and commits: the data that recovery needs after a crash, and the owner of the
/// transcript.
///
/// The payload of the journal's `opened` block: version (1; 4, 3 without a time of recording, 2 without conversations too) · identifier · start in
/// milliseconds since 1970 (8) · dialect · workload · language · model · key terms · flags (1; bit 0: diarize, bit 1: redaction) · engines · user ·
/// key · with bit 1, the names of the kinds to hide · from version 3 on, a list of conversations: identifier · source · device · call · creation in
/// milliseconds since 1970 (8) · time-out · begin · shift; in version 4, the time of recording in milliseconds since 1970 (8).
/// Texts are 2 bytes of length and UTF-8, durations nanoseconds (8); those that may be absent have a byte 0 or 1 before them, and a list has its count
/// (2) before it. A payload that begins with a printable character is the identifier alone: version 1. A session whose conversations change has another
/// `opened` block, which replaces the one before.
package struct SessionRecord: Sendable, Equatable {
    /// The user and the key that opened the session. `key` is the key's identifier, never the key.
    package struct Owner: Sendable, Equatable {
        package var user: String
        package var key: String

        package init(user: String, key: String) {
            self.user = user
            self.key = key
        }
    }

    /// The reason why a payload cannot be read.
    package enum Unreadable: Error, Sendable, Equatable {
        /// A newer version of Harken wrote the payload.
        case newer
        case damaged
    }

    package var id: ID<Session>
    /// Time when the session started; nil: unknown.
    package var started: UnixTime?
    /// Time at which the session's first sample was recorded, as the client says; nil: audio came as it was recorded.
    package var recorded: UnixTime?
    /// The name of the client's protocol.
    package var dialect: String
    package var workload: Workload
    package var language: LanguageTag?
    package var model: String?
    package var keyterms: [String]
    package var diarize: Bool
    /// The engines that may have the session's audio, in order of preference; nil: unknown. Empty: the engines were reached with the client's own
    /// keys, which are not kept.
    package var engines: [EngineName]?
    /// The kinds of content that are hidden in the session's words.
    package var redaction: Set<SensitiveKind>
    /// User and key that opened the session; nil: the session was opened without a key.
    package var owner: Owner?
    /// The user whose session it is.
    package var user: ID<User> { owner.map { ID($0.user) } ?? .local }
    /// The latest conversations that the session speaks in, in their order; empty: the session has only its transcript.
    package var conversations: [ConversationRecord] = []
    /// True if the session's client may resume it and, where the gateway was killed, goes on in a new session with audio that it has kept.
    package var mayReturn = false

    package init(
        id: ID<Session>, started: UnixTime? = nil, dialect: String = "", workload: Workload = .realtime, language: LanguageTag? = nil,
        model: String? = nil, keyterms: [String] = [], diarize: Bool = false, engines: [EngineName]? = nil, owner: Owner? = nil,
        redaction: Set<SensitiveKind> = [], recorded: UnixTime? = nil
    ) {
        self.id = id
        self.started = started
        self.recorded = recorded
        self.dialect = dialect
        self.workload = workload
        self.language = language
        self.model = model
        self.keyterms = keyterms
        self.diarize = diarize
        self.engines = engines
        self.owner = owner
        self.redaction = redaction
    }

    private static let version: UInt8 = 4
    /// Version of records without a time of recording, which earlier versions of Harken read too.
    private static let immediate: UInt8 = 3
    /// Version of records without conversations and without a time of recording, which still earlier versions read too.
    private static let simple: UInt8 = 2

    package func encoded() -> [UInt8] {
        var record = RecordWriter(capacity: 256)
        let version = recorded != nil ? Self.version : conversations.isEmpty ? Self.simple : Self.immediate
        record.put(version)
        record.put(text: id.rawValue)
        record.put(started?.milliseconds ?? 0)
        record.put(text: dialect)
        record.put(text: workload.rawValue)
        record.put(optional: language?.rawValue)
        record.put(optional: model)
        record.put(texts: keyterms)
        // Earlier versions read the first two bits only.
        record.put(UInt8((diarize ? 1 : 0) | (redaction.isEmpty ? 0 : 2) | (mayReturn ? 4 : 0)))
        record.put(texts: (engines ?? []).map(\.rawValue))
        record.put(optional: owner?.user)
        record.put(optional: owner?.key)
        if !redaction.isEmpty { record.put(texts: redaction.map(\.rawValue).sorted()) }
        if version != Self.simple {
            record.put(UInt16(conversations.count))
            for conversation in conversations { conversation.write(to: &record) }
        }
        if let recorded { record.put(recorded.milliseconds) }
        return record.bytes
    }

    package init(decoding bytes: [UInt8]) throws(Unreadable) {
        guard let first = bytes.first else { throw .damaged }
        if first >= 0x20 {
            guard let text = String(validating: bytes, as: UTF8.self) else { throw .damaged }
            self.init(id: ID(text))
            return
        }
        guard (Self.simple...Self.version).contains(first) else { throw .newer }
        var record = RecordReader(bytes[1...])
        guard let id = record.takeText(), let started: Int64 = record.take(), let dialect = record.takeText(),
            let workload = record.takeText(), let language = record.takeOptionalText(), let model = record.takeOptionalText(),
            let keyterms = record.takeTexts(), let flags: UInt8 = record.take(), let engines = record.takeTexts(),
            let user = record.takeOptionalText(), let key = record.takeOptionalText(),
            let hidden = flags & 2 == 0 ? [] : record.takeTexts(), let count: UInt16 = first == Self.simple ? 0 : record.take()
        else { throw .damaged }
        var conversations: [ConversationRecord] = []
        for _ in 0..<count {
            guard let conversation = ConversationRecord(from: &record) else { throw .damaged }
            conversations.append(conversation)
        }
        var recorded: UnixTime?
        if first == Self.version {
            guard let time: Int64 = record.take() else { throw .damaged }
            recorded = UnixTime(milliseconds: time)
        }
        guard record.isAtEnd else { throw .damaged }
        self.init(
            id: ID(id), started: UnixTime(milliseconds: started), dialect: dialect, workload: Workload(rawValue: workload) ?? .realtime,
            language: language.map { LanguageTag($0) }, model: model, keyterms: keyterms, diarize: flags & 1 != 0,
            engines: engines.map { EngineName($0) }, owner: user.map { Owner(user: $0, key: key ?? "") },
            redaction: Set(hidden.compactMap(SensitiveKind.init)), recorded: recorded)
        self.conversations = conversations
        mayReturn = flags & 4 != 0
    }
}
