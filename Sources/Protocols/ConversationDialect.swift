package import Conversations
package import Speech

/// A live dialect whose sessions belong to a user's conversations, and which tells its clients about engines and credit.
package protocol ConversationDialect: LiveServerMachine {
    /// The request for the conversation that the session's words become part of; nil: the words are a transcript only.
    var conversation: ConversationRequest? { get }

    /// The engine that the client would rather have than the operator's first; others may serve the client when that engine cannot.
    var preferredEngine: EngineName? { get }

    /// Balances below which `account` is to be told, besides the operator's.
    var creditWarnings: [Duration] { get }

    /// The user's choices. Come before `opened` and before `request` is read for the session.
    mutating func adopt(_ choices: UserChoices)

    /// This engine takes the session's audio. Comes before the session's `ready`.
    mutating func served(by engine: EngineName)

    mutating func conversation(_ event: ConversationEvent, now: Instant, output: inout ServerOutput)
}
