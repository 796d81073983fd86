package import Framing

/// One line of the gateway's table of routes.
package struct Route: Sendable {
    package enum Kind: Sendable { case http, webSocket }

    package let kind: Kind
    package let method: HTTPMethod
    /// Path of the route: an exact path, or all paths below it if it ends with `/*`. A part such as `{id}` stands for any one part of a path.
    package let path: String
    let endpoint: any Endpoint
    /// Form of errors in this part of the table, also when no route matches.
    let renderer: ErrorRenderer
    /// True if success means that something is deleted whose bytes leave the files a little later. The answers have `ErasureHeader`.
    package let erases: Bool

    /// - Parameter erases: nil: as the method is DELETE.
    init(_ kind: Kind, _ method: HTTPMethod, _ path: String, renderer: ErrorRenderer, erases: Bool? = nil, _ endpoint: any Endpoint) {
        self.kind = kind
        self.method = method
        self.path = path
        self.endpoint = endpoint
        self.renderer = renderer
        self.erases = erases ?? (method == .delete)
    }

    /// True if the route serves exactly one path.
    var isLiteral: Bool { !isTemplate && !path.hasSuffix("/*") }

    private var isTemplate: Bool { path.utf8.contains(UInt8(ascii: "{")) }

    /// Number of UTF-8 bytes of a path that the route names literally.
    var literalLength: Int {
        guard isTemplate else { return path.utf8.count }
        return path.split(separator: "/").reduce(0) { $0 + ($1.hasPrefix("{") ? 1 : 1 + $1.utf8.count) }
    }

    /// Returns the values in `path` for the named parts of `template`; nil when `path` does not match.
    static func parameters(of path: String, in template: String) -> [String: String]? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let wanted = template.split(separator: "/", omittingEmptySubsequences: false)
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
