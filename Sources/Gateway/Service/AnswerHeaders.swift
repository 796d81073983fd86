internal import Framing

/// The headers that every answer has. They keep browsers and caches from storing or reinterpreting answers.
enum AnswerHeaders {
    /// Adds headers that an answer does not set itself: the answer must not be taken for another type, and caches must not store it, unless its
    /// endpoint allows this. A request without a good credential is told how to show one (RFC 9110, 11.6.1).
    ///
    /// - Parameter version: the version of Harken, for the header `Server`.
    static func complete(_ head: inout HTTPResponseHead, version: String) {
        head.headers.set("Server", "harken/" + version)
        head.headers.set("X-Content-Type-Options", "nosniff")
        if head.headers["Cache-Control"] == nil { head.headers.add("Cache-Control", "no-store") }
        if head.status == .unauthorized, head.headers["WWW-Authenticate"] == nil { head.headers.add("WWW-Authenticate", challenge) }
    }

    /// Every route takes a key as a bearer's. The schemes of vendors, where a route has them, are for their clients, which do not ask.
    private static let challenge = #"Bearer realm="harken""#
}
