package import Framing
package import Speech

/// One live dialect, in the form that the gateway's routes use.
package struct LiveDialect: Sendable {
    /// The dialect's name in metrics and logs: `deepgram`.
    package var name: String
    /// The WebSocket's paths, such as `/v1/listen`; a path that ends with `/*` means everything below it.
    package var paths: [String]
    /// The step at which the caller shows a credential.
    package var authentication: Authentication
    /// True if clients on other machines must use TLS, unless the operator allows otherwise.
    package var needsTLS: Bool
    /// True if the dialect's sessions need the choices of their users.
    package var asksForUser: Bool
    /// True if clients may resume their sessions on another connection.
    package var resumes: Bool
    /// Maximum size of a client's message, in bytes; nil: the gateway's own limit.
    package var maxMessageBytes: Int?
    /// Finds the credential that a request's head carries. Does not check whether the credential is valid.
    package var credential: @Sendable (HTTPRequestHead) -> Credential?
    /// Reads the parameters of a handshake. To be called only after the credential was found valid.
    package var accept: @Sendable (HTTPRequestHead, HandshakeContext) -> Result<LiveHandshake, ErrorResponse>
    /// Writes an error in the dialect's form, before or instead of the upgrade.
    package var errorResponse: @Sendable (RequestError, HandshakeContext) -> ErrorResponse
    /// Writes an error for the open socket, where the vendor sends it there; nil: use `errorResponse`.
    package var inBandError: @Sendable (RequestError, HandshakeContext) -> InBandError?

    package enum Authentication: Sendable {
        /// The credential is in the handshake.
        case handshake
        /// The credential may be in the handshake; otherwise it comes in a message.
        case opening
    }

    package init(
        name: String, paths: [String], authentication: Authentication = .handshake, needsTLS: Bool = false, asksForUser: Bool = false,
        resumes: Bool = false, maxMessageBytes: Int? = nil, credential: @escaping @Sendable (HTTPRequestHead) -> Credential?,
        accept: @escaping @Sendable (HTTPRequestHead, HandshakeContext) -> Result<LiveHandshake, ErrorResponse>,
        errorResponse: @escaping @Sendable (RequestError, HandshakeContext) -> ErrorResponse,
        inBandError: @escaping @Sendable (RequestError, HandshakeContext) -> InBandError? = { _, _ in nil }
    ) {
        self.name = name
        self.paths = paths
        self.authentication = authentication
        self.needsTLS = needsTLS
        self.asksForUser = asksForUser
        self.resumes = resumes
        self.maxMessageBytes = maxMessageBytes
        self.credential = credential
        self.accept = accept
        self.errorResponse = errorResponse
        self.inBandError = inBandError
    }
}

/// The facts that a handshake needs from the gateway.
package struct HandshakeContext: Sendable {
    /// A new UUID, in lower case. Names the request to the client and in Harken's logs.
    package var requestID: String
    package var now: UnixTime
    /// Names of models that the engines have, in addition to the dialect's own.
    package var models: Set<String>
    /// Names of all configured engines.
    package var engines: Set<EngineName>
    /// Maximum duration of a session, in dialects that leave the limit to the operator.
    package var sessionLimit: Duration
    /// Maximum duration of a session that the caller's credential allows; nil: no limit of its own.
    package var credentialLimit: Duration?
    /// Session settings to which the caller's credential is bound, as the dialect wrote them; empty: none.
    package var credentialSettings: [UInt8]
    /// The operator's own profane words: see `ProfanityFilter`.
    package var profanity: [String] = []
    /// True if a web page shows a ticket to resume a session: browsers do not tell pages the status with which a handshake is refused.
    package var isPageThatReturns = false

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

/// A valid handshake.
package struct LiveHandshake: Sendable {
    /// The machine that handles the client's messages from now on.
    package enum Start: Sendable {
        case session(any LiveServerMachine)
        /// The session is configured in messages.
        case opening(any LiveHandshakeMachine)
    }

    package var start: Start
    /// The subprotocol to select in the answer.
    package var subprotocol: String?
    /// Headers to add to the answer.
    package var headers: HTTPHeaders

    package init(_ start: Start, subprotocol: String? = nil, headers: HTTPHeaders = HTTPHeaders()) {
        self.start = start
        self.subprotocol = subprotocol
        self.headers = headers
    }
}
