internal import Framing

extension HTTPMethod {
    private static let known: Set<HTTPMethod> = [.get, .head, .post, .put, .patch, .delete, .options, .connect]

    /// The method's name for the log; `other` for unknown methods, because a client may send any word.
    var nameInLogs: String { Self.known.contains(self) ? rawValue : "other" }
}
