internal import Conversations
internal import Framing
internal import Protocols
internal import Speech
internal import Store

extension PortableConversation {
    /// Maximum number of different speakers: lists and merges compare every speaker with every other.
    private static let maxSpeakers = 1_000

    /// Writes the conversation as the API does, with exact times. Members named `stored` and `audio` have what the API does not show.
    func write(to json: inout JSONWriter, people: [Person], voices: [Voice], audio: [ExportedAudio]) {
        ConversationDocument(whole, people: people, voices: voices).write(to: &json) { index, json in
            segments[index].write(to: &json)
        } additional: { json in
            json.key("audio")
            json.beginArray()
            for part in audio { part.write(to: &json) }
            json.endArray()
            json.key("stored")
            json.beginObject()
            json.member("device", optional: conversation.device)
            json.member("finalization_reason", optional: conversation.finalizationReason)
            json.key("timeout")
            if let timeout = conversation.timeout { json.value(timeout / .seconds(1), decimals: 9) } else { json.null() }
            json.member("is_titled_by_hand", isTitledByHand)
            json.key("findings")
            if let findings = conversation.findings { findings.writeExact(to: &json) } else { json.null() }
            json.endObject()
        }
    }

    /// Reads a conversation that `write` has written.
    ///
    /// - Parameter now: the time of this gateway's clock.
    init(_ json: JSONView, of user: ID<User>, now: UnixTime) throws(DocumentFault) {
        guard let id = json.id("id", as: Conversation.self) else { throw DocumentFault("a conversation has no id") }
        guard let source = json["source"].string, let stated = json["started_at"].string.flatMap({ UnixTime(moment: $0) }),
            let finished = json.time("finished_at"),
            let status = json["status"].string.flatMap({ Conversation.Status(rawValue: $0) })
        else { throw DocumentFault("the conversation \(id.shown) lacks its status, source or times") }
        guard status != .inProgress, status != .processing else {
            throw DocumentFault("the conversation \(id.shown) was not over when it was exported; export it again")
        }
        let started = try Self.started(stated, id, now)
        // Engines get the language, so a text that no language is called is dropped.
        let language = json["language"].string.flatMap(Self.language)
        let stored = json["stored"], list = json["segments"]
        guard stored.isObject, list.isArray else { throw DocumentFault("the conversation \(id.shown) is not as an export writes it") }
        guard list.count <= ConversationLimits.segments else {
            throw DocumentFault("the conversation \(id.shown) has more than \(ConversationLimits.segments) segments")
        }
        var segments: [PortableSegment] = []
        segments.reserveCapacity(list.count)
        var speakers: Set<SpeakerNumber> = []
        for index in 0..<list.count {
            let segment = try PortableSegment(list[index], in: id)
            if let speaker = segment.segment.speaker { speakers.insert(speaker) }
            segments.append(segment)
        }
        guard speakers.count <= Self.maxSpeakers else {
            throw DocumentFault("the conversation \(id.shown) has more than \(Self.maxSpeakers) speakers")
        }
        self.init(
            Conversation(
                id: id, user: user, status: status, source: source.isEmpty ? "import" : source, device: stored["device"].string, language: language,
                title: json["title"].string, summary: json["summary"].string, findings: ConversationFindings(exact: stored["findings"]),
                // Earlier versions may have left an end before the start, and an end in the future.
                started: started, finished: max(started, min(finished, now)), finalizationReason: stored["finalization_reason"].string,
                call: json["call_id"].string, timeout: stored["timeout"].seconds),
            isTitledByHand: stored["is_titled_by_hand"].bool == true, segments: segments)
    }
}

extension PortableConversation {
    /// Returns the tag of a language's name; nil where the name tells nothing about the conversation.
    private static func language(_ text: String) -> LanguageTag? {
        switch LanguageName(text) {
        case .language(let tag): tag
        case .several: .multi
        case .detected: LanguageTag(text) == .undetermined ? .undetermined : nil
        case nil: nil
        }
    }

    private static func started(_ time: UnixTime, _ id: ID<Conversation>, _ now: UnixTime) throws(DocumentFault) -> UnixTime {
        do throws(RecordingStart.Fault) { return try RecordingStart.check(time, now: now) } catch {
            switch error {
            case .future: throw DocumentFault("the conversation \(id.shown) starts in the future")
            case .tooOld, .unreadable: throw DocumentFault("the conversation \(id.shown) starts more than ten years ago")
            }
        }
    }
}

extension PortableSegment {
    /// Highest number of a speaker or a channel that is taken.
    private static let maxNumber = 1_000_000

    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        for field in SegmentField.all {
            guard let name = field.name else { continue }
            json.key(name)
            json.value(exact: field.value(segment))
        }
        json.key("stored")
        json.beginObject()
        for (field, column) in SegmentField.stored where field.name == nil {
            json.key(column.name)
            json.value(exact: field.value(segment))
        }
        json.members(of: named)
        json.member("voice_id", optional: voice?.rawValue)
        json.member("identified_by", optional: segment.identity.source?.rawValue)
        json.member("confidence", exact: segment.identity.confidence)
        json.member("is_edited", segment.isEdited)
        json.endObject()
        json.endObject()
    }

    fileprivate init(_ json: JSONView, in conversation: ID<Conversation>) throws(DocumentFault) {
        let stored = json["stored"]
        guard let id = json.id("id", as: Segment.self), stored.isObject else {
            throw DocumentFault("a segment of the conversation \(conversation.shown) is not as an export writes it")
        }
        var segment = Segment(id: id, text: "", start: .zero, end: .zero)
        for (field, column) in SegmentField.stored {
            let value: SegmentValue?
            if let name = field.name {
                value = Self.value(json[name.description], field.kind)
            } else {
                value = Self.value(stored[column.name.description], field.kind)
            }
            guard let value else { throw DocumentFault("the segment \(id.shown) has a value that cannot be read: \(field.name ?? column.name)") }
            column.restore(&segment, value)
        }
        guard segment.start <= segment.end else { throw DocumentFault("the segment \(id.shown) ends before it starts") }
        let named = stored.owner, voice = stored.id("voice_id", as: Voice.self)
        let who: SpeakerIdentity.Who =
            switch named {
            case .person(let person): .person(person)
            case .user: .user
            case .nobody: voice.map { .voice($0) } ?? .unknown
            }
        segment.identity = SpeakerIdentity(
            who, by: stored["identified_by"].string.flatMap { SpeakerIdentity.Source(rawValue: $0) },
            confidence: stored["confidence"].double.map { Float($0) })
        segment.isEdited = stored["is_edited"].bool == true
        self.init(segment, named: named, voice: voice)
    }

    /// Returns a field's value; nil when the JSON has another type.
    private static func value(_ json: JSONView, _ kind: SegmentField.Kind) -> SegmentValue? {
        switch kind {
        case .text, .name:
            guard !json.exists || json.isNull || json.string != nil else { return nil }
            return .text(json.string)
        case .integer:
            guard json.exists, !json.isNull else { return .integer(nil) }
            guard let number = json.int, (0...maxNumber).contains(number) else { return nil }
            return .integer(number)
        case .time: return json.seconds.map { .time($0) }
        case .fraction: return .fraction(json.double)
        case .flag: return .flag(json.bool == true)
        case .words:
            guard json.count <= ConversationLimits.segmentWords else { return nil }
            var words: [SegmentWord] = []
            words.reserveCapacity(json.count)
            for index in 0..<json.count {
                let word = json[index]
                guard let text = word["text"].string, let start = word["start"].position, let end = word["end"].position else { return nil }
                // Engines may end a word before it starts. Ranges of such words cannot be made.
                words.append(SegmentWord(text, start: start, end: max(start, end), confidence: Float(word["confidence"].double ?? 0)))
            }
            return .words(words)
        case .emptyList: return .emptyList
        case .null: return .null
        }
    }
}

extension JSONWriter {
    /// Times are in seconds. Times and fractions have as many decimals as they need.
    fileprivate mutating func value(exact value: SegmentValue) {
        switch value {
        case .text(let text?): self.value(text)
        case .integer(let number?): self.value(number)
        case .time(let time): self.value(time / .seconds(1), decimals: 9)
        case .fraction(let fraction?): self.value(fraction, decimals: 9)
        case .flag(let flag): self.value(flag)
        case .words(let words):
            beginArray()
            for word in words {
                beginObject()
                member("text", word.text)
                member("start", exact: word.start)
                member("end", exact: word.end)
                member("confidence", Double(word.confidence), decimals: 3)
                endObject()
            }
            endArray()
        case .emptyList: array([])
        case .text(nil), .integer(nil), .fraction(nil), .null: null()
        }
    }
}

extension ConversationFindings {
    fileprivate func writeExact(to json: inout JSONWriter) {
        json.beginObject()
        json.member("category", category.rawValue)
        json.member("emoji", emoji)
        json.key("action_items")
        json.array(actionItems.map(\.description))
        json.key("events")
        json.beginArray()
        for event in events {
            json.beginObject()
            json.member("title", event.title)
            json.member("description", event.description)
            json.member("start", event.start.rfc3339)
            json.member("duration", exact: event.duration)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }

    /// Reads findings that `writeExact` has written; nil when there are none. Longer texts and lists are cut.
    fileprivate init?(exact json: JSONView) {
        guard json.isObject else { return nil }
        func text(_ json: JSONView) -> String? {
            json.string.map { String($0.prefix(Self.maxText)).prefix(bytes: ConversationLimits.findingText) }
        }
        let items = json["action_items"], events = json["events"]
        self.init(
            category: json["category"].string.flatMap { ConversationCategory(rawValue: $0) } ?? .other,
            emoji: json["emoji"].string.map { String($0.prefix(1)).prefix(bytes: ConversationLimits.emoji) },
            actionItems: (0..<min(items.count, Self.maxItems)).compactMap { text(items[$0]).map { ActionItem($0) } },
            events: (0..<min(events.count, Self.maxItems)).compactMap { index in
                let event = events[index]
                guard let title = text(event["title"]), let start = event.time("start"), let duration = event["duration"].seconds else { return nil }
                return Event(title: title, description: text(event["description"]) ?? "", start: start, duration: duration)
            })
    }
}

extension JSONView {
    /// The value as a position in a conversation. A word at the start of a part that was split off may begin a moment before that part.
    fileprivate var position: Duration? { seconds(least: -1).map { max(.zero, $0) } }
}
