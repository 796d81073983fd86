internal import Admission
internal import Live
internal import Settings

/// The parts that every live route uses.
struct LiveServices: Sendable {
    let admission: Admission
    let contexts: LiveContexts
    let conversations: ConversationService
    /// The recovery of the sessions that earlier runs of this gateway left.
    let recovery: CrashRecovery
    /// Speech profiles that engines hear before a conversation; nil when engines hear none.
    let introductions: SpeechProfiles?
    /// Settings for the number of engines that hear a session.
    let modes: ModeSettings
    /// True if tokens in messages are accepted from other machines without TLS.
    let allowsPlainTokens: Bool
    /// True if sessions are traced.
    let isTraced: Bool
}
