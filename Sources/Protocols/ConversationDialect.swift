package import Conversations
package import Speech

/// A live dialect whose sessions belong to a user's conversations, and which tells its clients about engines and credit.
package protocol ConversationDialect: LiveServerMachine {
    /// The request for the conversation that the session's words become part of; nil: the words are a transcript only.
    var conversation: ConversationRequest? { get }

    /// The engine that the client prefers to the operator's first; nil: no preference. Other engines may serve the client when this engine cannot.
    var preferredEngine: EngineName? { get }

    /// Balances below which `account` is called, in addition to the operator's.
    var creditWarnings: [Duration] { get }

    /// Takes the user's choices. Called before `opened`, and before `request` is read for the session.
    mutating func adopt(_ choices: UserChoices)

    /// Notes that this engine takes the session's audio. Called before the session's `ready` event.
    mutating func served(by engine: EngineName)

    mutating func conversation(_ event: ConversationEvent, now: Instant, output: inout ServerOutput)
}
