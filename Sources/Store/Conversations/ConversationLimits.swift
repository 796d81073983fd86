import Conversations
import Speech

/// The upper limits for stored data that clients and engines can make grow. Limits for texts are in bytes of UTF-8.
package enum ConversationLimits {
    package static let segmentText = 65_536
    package static let segmentWords = 10_000
    /// Maximum number of segments in one conversation: two days of speech without a pause.
    package static let segments = 50_000
    package static let identifier = 128
    package static let name = 400
    package static let title = Conversation.maxTitle
    package static let summary = 65_536
    package static let page = 200
    package static let people = 10_000
    package static let voices = 20_000
    package static let samples = 200
    package static let voiceprintDimensions = 4_096
    /// Maximum number of owners that a voice in an import has lost.
    package static let rejectedOwners = 100
    /// Maximum number of segments from which a sample in an import was learned.
    package static let sampleSources = 5_000
    /// Maximum size of a text in the findings.
    package static let findingText = 4 * ConversationFindings.maxText
    /// Maximum size of an emoji, which may have many parts.
    package static let emoji = 32
    package static let windows = 50_000
    package static let windowSegments = 64
    package static let settings = 64
    package static let settingValue = 65_536

    static func check(_ text: String?, _ what: StaticString, most: Int) throws(StoreError) {
        guard let count = text?.utf8.count, count > most else { return }
        throw .tooMuch("\(what) has \(count) bytes; at most \(most) are allowed")
    }

    static func check(_ count: Int, _ what: StaticString, most: Int) throws(StoreError) {
        guard count > most else { return }
        throw .tooMuch("\(count) \(what); at most \(most) are allowed")
    }

    static func check<Of>(_ id: ID<Of>) throws(StoreError) {
        guard !id.rawValue.isEmpty, id.rawValue.utf8.count <= identifier else {
            throw .tooMuch("an id has \(id.rawValue.utf8.count) bytes; 1 to \(identifier) are allowed")
        }
    }

    static func check(_ segment: Segment) throws(StoreError) {
        try check(segment.id)
        for (field, _) in SegmentField.stored {
            switch (field.kind, field.value(segment)) {
            case (.name, .text(let text)): try check(text, "a name in a segment", most: name)
            case (_, .text(let text)): try check(text, "a segment's text", most: segmentText)
            case (_, .words(let words)):
                try check(words.count, "words in a segment", most: segmentWords)
                for word in words { try check(word.text, "a word", most: segmentText) }
            case (_, .integer), (_, .time), (_, .fraction), (_, .flag), (_, .emptyList), (_, .null): continue
            }
        }
    }

    static func check(_ conversation: Conversation) throws(StoreError) {
        try check(conversation.id)
        try check(conversation.user)
        try check(conversation.source, "a source's name", most: name)
        try check(conversation.device, "a device's name", most: name)
        try check(conversation.language?.rawValue, "a language's name", most: identifier)
        try check(conversation.title, "a title", most: title)
        try check(conversation.summary, "a summary", most: summary)
        try check(conversation.finalizationReason, "a reason", most: title)
        try check(conversation.call, "a call's name", most: name)
        if let findings = conversation.findings { try check(findings) }
    }

    private static func check(_ findings: ConversationFindings) throws(StoreError) {
        try check(findings.emoji, "an emoji", most: emoji)
        try check(findings.actionItems.count, "action items", most: ConversationFindings.maxItems)
        try check(findings.events.count, "events", most: ConversationFindings.maxItems)
        for item in findings.actionItems { try check(item.description, "an action item", most: findingText) }
        for event in findings.events {
            try check(event.title, "an event's title", most: findingText)
            try check(event.description, "an event's description", most: findingText)
        }
    }

    static func check(_ voiceprint: Voiceprint) throws(StoreError) {
        try check(voiceprint.direction.count, "values in a voiceprint", most: voiceprintDimensions)
        try check(voiceprint.model, "a model's name", most: name)
    }
}
