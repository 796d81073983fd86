/// A request without its body.
package struct HTTPRequestHead: Sendable, Equatable {
    package var method: HTTPMethod
    /// The target as it came, with its escapes: `/v1/listen?model=nova-3`.
    package var target: String
    package var version: HTTPVersion
    package var headers: HTTPHeaders
    /// The path of the target with its escapes decoded; valid UTF-8 without control characters and without `.` and `..` segments. `*` for the
    /// server as a whole.
    package let path: String
    package let query: URLQuery
    /// The host to which the request is addressed, `host` or `host:port`: from the target if that names a host, otherwise from `Host`; empty in an
    /// old client's request.
    package let authority: String
    package let body: HTTPBodyLength

    /// Makes a head as a parser would, but without requiring `Host`.
    ///
    /// - Throws: the error with which a server must answer.
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

    /// True if the client wants to send another request on this connection.
    package var keepsAlive: Bool {
        switch version {
        case .http11: !headers.has("Connection", element: "close")
        case .http10: headers.has("Connection", element: "keep-alive") && !headers.has("Connection", element: "close")
        }
    }

    /// True if the client waits for `100 Continue` before it sends the body.
    package var expectsContinue: Bool {
        version == .http11 && body != .none && headers["Expect"]?.equalsIgnoringCase("100-continue") == true
    }

    /// True if the client asks to switch to the WebSocket protocol.
    package var asksForWebSocket: Bool {
        version == .http11 && headers.has("Connection", element: "upgrade") && headers.has("Upgrade", element: "websocket")
    }
}

/// The length of a message's body.
package enum HTTPBodyLength: Sendable, Equatable {
    /// The message has no body.
    case none
    /// The body has this number of bytes.
    case known(Int)
    /// The body has the chunked coding, which marks its end.
    case chunked
    /// The body ends with the connection; responses only.
    case untilClose
}
