package import Speech

/// Category, action items and appointments of a conversation, beside its title and summary.
package struct ConversationFindings: Sendable, Equatable {
    /// Something that a speaker is to do.
    package struct ActionItem: Sendable, Equatable {
        /// The task as an instruction: "Send the report to Anna".
        package var description: String

        package init(_ description: String) { self.description = description }
    }

    /// An appointment.
    package struct Event: Sendable, Equatable {
        package var title: String
        /// The sentence that tells of the appointment.
        package var description: String
        package var start: UnixTime
        package var duration: Duration

        package init(title: String, description: String, start: UnixTime, duration: Duration = standardDuration) {
            self.title = title
            self.description = description
            self.start = start
            self.duration = duration
        }

        /// Length of an appointment whose length nobody said.
        package static let standardDuration = Duration.seconds(30 * 60)
    }

    package var category: ConversationCategory
    /// One emoji.
    package var emoji: String
    /// In the order in which the items were said. At most `maxItems`.
    package var actionItems: [ActionItem]
    /// In the order of their starts. At most `maxItems`.
    package var events: [Event]

    package static let maxItems = 20
    /// Maximum length of a description or a title, in characters.
    package static let maxText = 200

    package init(category: ConversationCategory, emoji: String? = nil, actionItems: [ActionItem] = [], events: [Event] = []) {
        self.category = category
        self.emoji = emoji ?? category.emoji
        self.actionItems = actionItems
        self.events = events
    }
}
