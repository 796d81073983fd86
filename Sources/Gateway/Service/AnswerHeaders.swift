internal import Framing

/// The headers that every answer has. They keep browsers and caches from storing or reinterpreting answers.
enum AnswerHeaders {
    /// Adds headers that an answer does not set itself: the answer must not be taken for another type, and caches must not store it, unless its
    /// endpoint allows this.
    ///
    /// - Parameter version: the version of Harken, for the header `Server`.
    static func complete(_ headers: inout HTTPHeaders, version: String) {
        headers.set("Server", "harken/" + version)
        headers.set("X-Content-Type-Options", "nosniff")
        if headers["Cache-Control"] == nil { headers.add("Cache-Control", "no-store") }
    }
}
