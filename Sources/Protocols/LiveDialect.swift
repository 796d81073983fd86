package import Framing
package import Speech

/// One live dialect as the gateway's routes see it.
package struct LiveDialect: Sendable {
    /// The name in metrics and logs: `deepgram`.
    package var name: String
    /// The WebSocket's paths: `/v1/listen`; one that ends with `/*` means everything below.
    package var paths: [String]
    /// When it is asked who calls.
    package var authentication: Authentication
    /// Clients on other machines must come by TLS, unless the operator says otherwise.
    package var needsTLS: Bool
    /// Its sessions want to know what their users have chosen.
    package var asksForUser: Bool
    /// Bytes that one message of a client's may have; nil: the gateway's own limit.
    package var maxMessageBytes: Int?
    /// Finds what the caller shows. A pure look at the head: it says nothing about whether it is good.
    package var credential: @Sendable (HTTPRequestHead) -> Credential?
    /// Reads what the handshake asks for. To be called after the credential was found good.
    package var accept: @Sendable (HTTPRequestHead, HandshakeContext) -> Result<LiveHandshake, Refusal>
    /// Says no in the dialect's words, before or instead of the upgrade.
    package var refuse: @Sendable (RefusalCause, HandshakeContext) -> Refusal
    /// Says no after the upgrade, where the vendor does so; nil: by `refuse`.
    package var refuseInBand: @Sendable (RefusalCause, HandshakeContext) -> InBandRefusal?

    package enum Authentication: Sendable {
        /// The handshake shows the credential.
        case handshake
        /// The handshake may show it; else a message does.
        case opening
    }

    package init(
        name: String, paths: [String], authentication: Authentication = .handshake, needsTLS: Bool = false, asksForUser: Bool = false,
        maxMessageBytes: Int? = nil, credential: @escaping @Sendable (HTTPRequestHead) -> Credential?,
        accept: @escaping @Sendable (HTTPRequestHead, HandshakeContext) -> Result<LiveHandshake, Refusal>,
        refuse: @escaping @Sendable (RefusalCause, HandshakeContext) -> Refusal,
        refuseInBand: @escaping @Sendable (RefusalCause, HandshakeContext) -> InBandRefusal? = { _, _ in nil }
    ) {
        self.name = name
        self.paths = paths
        self.authentication = authentication
        self.needsTLS = needsTLS
        self.asksForUser = asksForUser
        self.maxMessageBytes = maxMessageBytes
        self.credential = credential
        self.accept = accept
        self.refuse = refuse
        self.refuseInBand = refuseInBand
    }
}

/// What a handshake needs and cannot know by itself.
package struct HandshakeContext: Sendable {
    /// A new UUID, in lower case. Names the request to the client and in our logs.
    package var requestID: String
    package var now: UnixTime
    /// Names of models that the engines have, besides those that the dialect knows.
    package var models: Set<String>
    /// The engines there are.
    package var engines: Set<EngineName>
    /// How long a session may last, in dialects that leave it to the operator.
    package var sessionLimit: Duration
    /// The longest session that the caller's credential opens; nil when it does not say.
    package var credentialLimit: Duration?
    /// What the caller's credential was made to set sessions to, as the dialect wrote it; empty: nothing.
    package var credentialSettings: [UInt8]

    package init(
        requestID: String, now: UnixTime, models: Set<String> = [], engines: Set<EngineName> = [], sessionLimit: Duration = .seconds(4 * 3_600),
        credentialLimit: Duration? = nil, credentialSettings: [UInt8] = []
    ) {
        self.requestID = requestID
        self.now = now
        self.models = models
        self.engines = engines
        self.sessionLimit = sessionLimit
        self.credentialLimit = credentialLimit
        self.credentialSettings = credentialSettings
    }
}

/// A handshake that was understood.
package struct LiveHandshake: Sendable {
    /// What takes the client's messages from here on.
    package enum Start: Sendable {
        case session(any LiveServerMachine)
        /// What the session shall be comes in messages.
        case opening(any LiveHandshakeMachine)
    }

    package var start: Start
    /// To be selected in the answer.
    package var subprotocol: String?
    /// To be added to the answer.
    package var headers: HTTPHeaders

    package init(_ start: Start, subprotocol: String? = nil, headers: HTTPHeaders = HTTPHeaders()) {
        self.start = start
        self.subprotocol = subprotocol
        self.headers = headers
    }
}
