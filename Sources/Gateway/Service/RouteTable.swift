/// The routes of one address, as a tree of the parts of their paths: the time of a look-up does not grow with the number of routes.
struct RouteTable: Sendable {
    private struct Node: Sendable {
        /// Child nodes for parts that are named literally.
        var literal: [Substring: Node] = [:]
        /// Child node for a part such as `{id}`. It is an array of at most one element, because a struct cannot hold itself.
        var parameter: [Node] = []
        /// Routes whose paths end at this node.
        var here: [Route] = []
        /// Routes that serve all paths below this node.
        var below: [Route] = []
    }

    private var exact: [String: [Route]] = [:]
    private var root = Node()

    init(_ routes: [Route]) {
        for route in routes {
            if route.isLiteral {
                exact[route.path, default: []].append(route)
            } else {
                Self.insert(route, route.path.split(separator: "/", omittingEmptySubsequences: false)[...], &root)
            }
        }
    }

    private static func insert(_ route: Route, _ parts: ArraySlice<Substring>, _ node: inout Node) {
        guard let part = parts.first else { return node.here.append(route) }
        if part == "*", parts.count == 1 { return node.below.append(route) }
        guard part.hasPrefix("{") else { return insert(route, parts.dropFirst(), &node.literal[part, default: Node()]) }
        if node.parameter.isEmpty { node.parameter.append(Node()) }
        insert(route, parts.dropFirst(), &node.parameter[0])
    }

    /// Returns the routes that match `path` most exactly: `/v2/listen` before `/v2/*`, and `/v2/*` before `/*`.
    func nearest(to path: String) -> [Route] {
        if let routes = exact[path] { return routes }
        var best: (length: Int, routes: [Route]) = (-1, [])
        Self.search(root, path.split(separator: "/", omittingEmptySubsequences: false)[...], &best)
        return best.routes
    }

    /// Searches a node, and keeps in `best` the routes that name the most bytes of the path literally.
    private static func search(_ node: Node, _ parts: ArraySlice<Substring>, _ best: inout (length: Int, routes: [Route])) {
        // At least one part must be left: `/v2/*` does not serve `/v2/`.
        if parts.count > 1 || parts.first?.isEmpty == false { take(node.below, &best) }
        guard let part = parts.first else { return take(node.here, &best) }
        if let next = node.literal[part] { search(next, parts.dropFirst(), &best) }
        if let next = node.parameter.first, !part.isEmpty { search(next, parts.dropFirst(), &best) }
    }

    private static func take(_ routes: [Route], _ best: inout (length: Int, routes: [Route])) {
        guard let length = routes.first?.literalLength, length >= best.length else { return }
        best = length > best.length ? (length, routes) : (length, best.routes + routes)
    }
}
