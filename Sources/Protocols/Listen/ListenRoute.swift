/// The routes of the dialect, which differ only a little.
package enum ListenRoute: Sendable, Equatable {
    /// `/v4/listen` and its older names: wearables, phones, desktops.
    case device
    /// `/v4/web/listen`: browsers, whose first message brings the token.
    case web
    /// `/v2/voice-message/transcribe-stream`: a transcription of speech while a button is held, without a conversation.
    case pushToTalk
}
