import Conversations
import Store

/// The title of a conversation, as an option's value or as an operand.
enum TitleOption {
    static let name = "--title"
    static let accepts = "a text of at most \(ConversationLimits.title) bytes"

    /// Reads a title: without the blanks around it; nil when it is blank or too long.
    static let parse: @Sendable (String) -> String? = { text in
        let title = NameKey.trimmed(text)
        return title.isEmpty || title.utf8.count > ConversationLimits.title ? nil : title
    }
}
