package import Framing

/// One line of the gateway's table of routes.
package struct Route: Sendable {
    package enum Kind: Sendable { case http, webSocket }

    package let kind: Kind
    package let method: HTTPMethod
    /// Exact; or, ending with `/*`, everything below.
    package let path: String
    let endpoint: any Endpoint
    /// How this part of the table says no when no route fits.
    let voice: RefusalVoice

    init(_ kind: Kind, _ method: HTTPMethod, _ path: String, voice: RefusalVoice, _ endpoint: any Endpoint) {
        self.kind = kind
        self.method = method
        self.path = path
        self.endpoint = endpoint
        self.voice = voice
    }

    func matches(path: String) -> Bool {
        guard isPattern else { return path == self.path }
        return path.hasPrefix(self.path.dropLast()) && path.utf8.count >= self.path.utf8.count
    }

    /// Whether everything below its path is meant.
    private var isPattern: Bool { path.hasSuffix("/*") }
}

extension [Route] {
    /// Those that mean `path` most exactly: `/v2/listen` before `/v2/*`, and that before `/*`.
    func nearest(to path: String) -> [Route] {
        let fitting = filter { $0.matches(path: path) }
        // A longer pattern says more, and the path itself says all.
        let most = fitting.lazy.map { $0.path == path ? Int.max : $0.path.utf8.count }.max()
        return fitting.filter { ($0.path == path ? Int.max : $0.path.utf8.count) == most }
    }
}
