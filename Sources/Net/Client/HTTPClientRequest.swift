package import Framing

/// A request to another server.
package struct HTTPClientRequest: Sendable {
    /// The addresses to which a name in the URL, or in a redirection, may lead.
    package enum Reach: Sendable, Equatable {
        /// All addresses: for URLs that the operator configured.
        case anywhere
        /// Only addresses of the public Internet, checked after the name was resolved: for URLs that come from users. No proxy is used.
        case publicOnly
        /// Like `publicOnly`, but these addresses are allowed too.
        case publicAnd(Set<IPAddress>)
    }

    package enum Redirects: Sendable, Equatable {
        /// Redirections are not followed: a redirection is the answer.
        case none
        /// Redirections are followed at most this number of times. Each hop must fit `reach`, and must use https if the request began with https.
        case followed(limit: Int)
    }

    /// The destination of the answer's body.
    package enum Destination: Sendable, Equatable {
        /// The body goes into the response.
        case memory
        /// The body goes into a file, which is made or emptied once an answer of status 2xx comes. The file's content is useless after a failure. The
        /// body of an answer with another status goes into the response, at most 64 KB of it.
        case file(path: String)
    }

    /// A part of the request's body; the parts are sent one after the other.
    package enum BodyPart: Sendable, Equatable {
        case bytes([UInt8])
        /// The whole file, read while it is sent.
        case file(path: String)
        /// A range of a file, in bytes, read while it is sent. The file has all of these bytes.
        case slice(path: String, Range<Int>)
    }

    package var method: HTTPMethod
    /// The URL, with `http` or `https`.
    package var url: String
    package var headers: HTTPHeaders
    /// The body, sent with `Content-Length`; nil: no body.
    package var body: [BodyPart]?
    package var destination: Destination = .memory
    /// Maximum size of the answer's body, in bytes.
    package var responseLimit = 64 * 1024 * 1024
    /// Called on the client's thread before this number of bytes is written to a file; false ends the transfer with a failure of the file. nil:
    /// everything is written.
    package var mayWrite: (@Sendable (Int) -> Bool)?
    /// Called on the client's thread with each number of bytes of the body that is sent; nil: no calls.
    package var sends: (@Sendable (Int) -> Void)?
    /// The identity that signs the request; nil: the request is not signed.
    package var signature: RequestSignature?
    package var reach: Reach = .anywhere
    /// True if the request is sent at most once. It then gets a connection of its own: libcurl repeats a request by itself when a connection that was
    /// used before breaks without an answer, although the server may have acted on the request.
    package var isSentOnce = false
    package var redirects: Redirects = .none
    package var connectTimeout: Duration = .seconds(10)
    /// Time limit for the whole transfer; nil: no limit while bytes come, see `stallTimeout`.
    package var timeout: Duration? = .seconds(60)
    /// Maximum time with less than one byte per second, including the wait for the answer; nil: no limit.
    package var stallTimeout: Duration?

    package init(_ method: HTTPMethod, _ url: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body.map { [.bytes($0)] }
    }
}
