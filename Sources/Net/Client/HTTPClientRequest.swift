package import Framing

/// A request to another server.
package struct HTTPClientRequest: Sendable {
    /// Which addresses a name in the URL, or in a redirection, may lead to.
    package enum Reach: Sendable, Equatable {
        /// All: for addresses that the operator configured.
        case anywhere
        /// Only the Internet at large, judged after the name was resolved: for addresses that come from users. No proxy is used.
        case publicOnly
        /// As `publicOnly`, but these addresses too.
        case publicAnd(Set<IPAddress>)
    }

    package enum Redirects: Sendable, Equatable {
        /// A redirection is the answer.
        case none
        /// Followed this often. Each hop is held to `reach`, and to https if the request began with that.
        case followed(limit: Int)
    }

    /// Where the answer's body goes.
    package enum Destination: Sendable, Equatable {
        /// Into the answer.
        case memory
        /// Into a file, which is made or emptied once an answer of status 2xx comes; what is in it after a failure is no use. The body of an
        /// answer of another status goes into the answer, at most 64 KB of it.
        case file(path: String)
    }

    /// The request's body is these after each other.
    package enum BodyPart: Sendable, Equatable {
        case bytes([UInt8])
        /// The whole file, read as it is sent.
        case file(path: String)
    }

    package var method: HTTPMethod
    /// `http` or `https`.
    package var url: String
    package var headers: HTTPHeaders
    /// Nil: no body. Sent with `Content-Length`.
    package var body: [BodyPart]?
    package var destination: Destination = .memory
    /// Bytes that the answer's body may have.
    package var responseLimit = 64 * 1024 * 1024
    /// Asked before so many bytes are written to a file, on the client's thread; false ends the transfer with a failure of the file. Nil: all are.
    package var mayWrite: (@Sendable (Int) -> Bool)?
    package var reach: Reach = .anywhere
    package var redirects: Redirects = .none
    package var connectTimeout: Duration = .seconds(10)
    /// For the whole transfer; nil: as long as bytes come, see `stallTimeout`.
    package var timeout: Duration? = .seconds(60)
    /// How long less than a byte a second may move, waiting for the answer included.
    package var stallTimeout: Duration?

    package init(_ method: HTTPMethod, _ url: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body.map { [.bytes($0)] }
    }
}
