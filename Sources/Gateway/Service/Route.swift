package import Framing

/// One line of the gateway's table of routes.
package struct Route: Sendable {
    package enum Kind: Sendable { case http, webSocket }

    package let kind: Kind
    package let method: HTTPMethod
    /// Exact; or, ending with `/*`, everything below; or with parts such as `{id}`, each of which stands for one part of a path.
    package let path: String
    let endpoint: any Endpoint
    /// The form of refusals in this part of the table, also when no route fits.
    let voice: RefusalVoice

    init(_ kind: Kind, _ method: HTTPMethod, _ path: String, voice: RefusalVoice, _ endpoint: any Endpoint) {
        self.kind = kind
        self.method = method
        self.path = path
        self.endpoint = endpoint
        self.voice = voice
    }

    func matches(path: String) -> Bool {
        if isTemplate { return parameters(of: path) != nil }
        guard isPattern else { return path == self.path }
        return path.hasPrefix(self.path.dropLast()) && path.utf8.count >= self.path.utf8.count
    }

    /// True if the route serves everything below its path.
    private var isPattern: Bool { path.hasSuffix("/*") }

    private var isTemplate: Bool { path.utf8.contains(UInt8(ascii: "{")) }

    /// Number of UTF-8 bytes of a path that the route names literally.
    var literalLength: Int {
        guard isTemplate else { return path.utf8.count }
        return path.split(separator: "/").reduce(0) { $0 + ($1.hasPrefix("{") ? 1 : 1 + $1.utf8.count) }
    }

    /// Returns the values in `path` for the named parts of the template; nil when `path` does not match.
    func parameters(of path: String) -> [String: String]? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let wanted = self.path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == wanted.count else { return nil }
        var found: [String: String] = [:]
        for (part, name) in zip(parts, wanted) {
            if name.hasPrefix("{") {
                guard !part.isEmpty else { return nil }
                found[String(name.dropFirst().dropLast())] = String(part)
            } else if part != name {
                return nil
            }
        }
        return found
    }
}

extension [Route] {
    /// Returns the routes that match `path` most exactly: `/v2/listen` before `/v2/*`, and `/v2/*` before `/*`.
    func nearest(to path: String) -> [Route] {
        let fitting = filter { $0.matches(path: path) }
        // A longer pattern says more, and the path itself says all.
        let most = fitting.lazy.map { $0.path == path ? Int.max : $0.literalLength }.max()
        return fitting.filter { ($0.path == path ? Int.max : $0.literalLength) == most }
    }
}
