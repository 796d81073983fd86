package import Framing
package import Speech

/// One live dialect as the gateway's routes see it.
package struct LiveDialect: Sendable {
    /// The name in metrics and logs: `deepgram`.
    package var name: String
    /// The WebSocket's path: `/v1/listen`.
    package var path: String
    /// Finds what the caller shows. A pure look at the head: it says nothing about whether it is good.
    package var credential: @Sendable (HTTPRequestHead) -> Credential?
    /// Reads what the handshake asks for. To be called after the credential was found good.
    package var accept: @Sendable (HTTPRequestHead, HandshakeContext) -> Result<LiveHandshake, Refusal>
    /// Says no in the dialect's words, before or instead of the upgrade.
    package var refuse: @Sendable (RefusalCause, HandshakeContext) -> Refusal
}

/// What a handshake needs and cannot know by itself.
package struct HandshakeContext: Sendable {
    /// A new UUID, in lower case. Names the request to the client and in our logs.
    package var requestID: String
    package var now: UnixTime
    /// Names of models that the engines have, besides those that the dialect knows.
    package var models: Set<String>

    package init(requestID: String, now: UnixTime, models: Set<String> = []) {
        self.requestID = requestID
        self.now = now
        self.models = models
    }
}

/// A handshake that was understood.
package struct LiveHandshake: Sendable {
    package var machine: any LiveServerMachine
    /// To be selected in the answer.
    package var subprotocol: String?
    /// To be added to the answer.
    package var headers: HTTPHeaders

    package init(machine: any LiveServerMachine, subprotocol: String? = nil, headers: HTTPHeaders = HTTPHeaders()) {
        self.machine = machine
        self.subprotocol = subprotocol
        self.headers = headers
    }
}
