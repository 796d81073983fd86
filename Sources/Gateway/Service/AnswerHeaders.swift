internal import Framing

/// The headers that every answer has, so that browsers and caches keep and reinterpret nothing.
enum AnswerHeaders {
    /// Adds to an answer what it does not say itself: no answer may be taken for another type, and none may be stored by a cache, unless its
    /// endpoint knows better.
    ///
    /// - Parameter version: the version of Harken, for `Server`.
    static func complete(_ headers: inout HTTPHeaders, version: String) {
        headers.set("Server", "harken/" + version)
        headers.set("X-Content-Type-Options", "nosniff")
        if headers["Cache-Control"] == nil { headers.add("Cache-Control", "no-store") }
    }
}
