internal import Framing

extension HTTPRequestHead {
    /// The path of a request that has no route, for the log. A client may put a key or a name into a path, so a part stands for itself only when it is
    /// short and plain; `*` stands for any other part, and for all behind the first parts.
    var pathInLogs: String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let shown = parts.prefix(Self.maxPartsInLogs).map { Self.isPlain($0) ? String($0) : "*" }
        return shown.joined(separator: "/") + (parts.count > Self.maxPartsInLogs ? "/*" : "")
    }

    /// Keys have more characters.
    private static let maxPartLengthInLogs = 24
    private static let maxPartsInLogs = 8

    private static func isPlain(_ part: Substring) -> Bool {
        part.utf8.count <= maxPartLengthInLogs
            && part.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || "-._".utf8.contains($0)
            }
    }
}
