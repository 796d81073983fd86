/// A request without its body.
package struct HTTPRequestHead: Sendable, Equatable {
    package var method: HTTPMethod
    /// As it came, escapes and all: `/v1/listen?model=nova-3`.
    package var target: String
    package var version: HTTPVersion
    package var headers: HTTPHeaders
    /// The path of the target with its escapes decoded; valid UTF-8 without control characters and without `.` and `..` segments. `*` for the
    /// server as a whole.
    package let path: String
    package let query: URLQuery
    /// Who the request is for, `host` or `host:port`: from the target where it names one, else from `Host`; empty in an old client's request.
    package let authority: String
    package let body: HTTPBodyLength

    /// Takes a request apart as a parser would, with `Host` not asked for.
    ///
    /// - Throws: what a server must answer with.
    package init(
        _ method: HTTPMethod, _ target: String, version: HTTPVersion = .http11, headers: HTTPHeaders = [:], body: HTTPBodyLength = .none,
        limits: HTTPLimits = HTTPLimits()
    ) throws(HTTPError) {
        let parts = try HTTPTarget(target, method: method, limits: limits)
        self.init(method, target, parts, version: version, headers: headers, body: body)
    }

    init(
        _ method: HTTPMethod, _ target: String, _ parts: HTTPTarget, version: HTTPVersion, headers: HTTPHeaders, body: HTTPBodyLength
    ) {
        self.method = method
        self.target = target
        self.version = version
        self.headers = headers
        path = parts.path
        query = parts.query
        authority = parts.authority ?? headers["Host"] ?? ""
        self.body = body
    }

    /// Whether the client wants to send another request on this connection.
    package var keepsAlive: Bool {
        switch version {
        case .http11: !headers.has("Connection", element: "close")
        case .http10: headers.has("Connection", element: "keep-alive") && !headers.has("Connection", element: "close")
        }
    }

    /// Whether the client waits for `100 Continue` before it sends the body.
    package var expectsContinue: Bool {
        version == .http11 && body != .none && headers["Expect"]?.equalsIgnoringCase("100-continue") == true
    }

    /// Whether the client asks to go on in the WebSocket protocol.
    package var asksForWebSocket: Bool {
        version == .http11 && headers.has("Connection", element: "upgrade") && headers.has("Upgrade", element: "websocket")
    }
}

/// How long a message's body is.
package enum HTTPBodyLength: Sendable, Equatable {
    /// There is none.
    case none
    /// In bytes.
    case known(Int)
    /// It says itself where it ends.
    case chunked
    /// It ends with the connection; responses only.
    case untilClose
}
