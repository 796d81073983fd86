/// The outcome of an import of a conversation.
package enum ConversationImport: Sendable, Equatable {
    /// The conversation is new.
    ///
    /// - unknownSpeakers: number of segments whose person or voice does not exist. They have no speaker.
    case added(unknownSpeakers: Int)
    /// The user had the conversation already.
    case present
}

/// The outcome of an import of audio.
package enum AudioImport: Sendable, Equatable {
    case added
    /// There is audio already.
    case present
    /// The conversation is still being recorded or completed.
    case open
    /// The conversation or the sample does not exist.
    case gone
}
