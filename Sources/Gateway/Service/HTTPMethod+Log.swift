internal import Framing

extension HTTPMethod {
    private static let known: Set<HTTPMethod> = [.get, .head, .post, .put, .patch, .delete, .options, .connect]

    /// The method for the log: a client may send any word as one.
    var nameInLogs: String { Self.known.contains(self) ? rawValue : "other" }
}
