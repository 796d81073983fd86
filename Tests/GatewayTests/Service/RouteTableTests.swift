import Framing
import HarkenTesting
import Net
import Protocols
import Testing

@testable import Gateway

@Suite struct `A table of routes` {
    private struct NoEndpoint: Endpoint {
        func handle(_ exchange: HTTPExchange, _ call: Call) {}
        func credential(in head: HTTPRequestHead) -> Credential? { nil }
    }

    /// The gateway's routes.
    private let routes = RouteExpectation.all.keys.sorted().map { name in
        let (method, path) = (String(name.prefix { $0 != " " }), String(name.drop { $0 != " " }.dropFirst()))
        return Route(
            method == "WebSocket" ? .webSocket : .http, method == "WebSocket" ? .get : HTTPMethod(method), path, renderer: .harken, NoEndpoint())
    }

    /// What the table must find, told without a tree.
    private func nearest(to path: String) -> [String] {
        func matches(_ route: Route) -> Bool {
            if route.path.contains("{") { return Route.parameters(of: path, in: route.path) != nil }
            guard route.path.hasSuffix("/*") else { return route.path == path }
            return path.hasPrefix(route.path.dropLast()) && path.utf8.count >= route.path.utf8.count
        }
        let fitting = routes.filter(matches)
        let most = fitting.map { $0.path == path ? Int.max : $0.literalLength }.max()
        return fitting.filter { ($0.path == path ? Int.max : $0.literalLength) == most }.map(name).sorted()
    }

    private func name(_ route: Route) -> String { "\(route.kind) \(route.method.rawValue) \(route.path)" }

    @Test func `finds the nearest routes of every path`() {
        let table = RouteTable(routes)
        let parts = ["", "v1", "v2", "v3", "api", "listen", "transcript", "desktop", "conversations", "people", "x", "{id}", "*", "models", "search"]
        var generator = SeededGenerator(seed: 21)
        var paths = routes.map(\.path) + routes.flatMap { [$0.path + "/", $0.path + "/y", String($0.path.dropLast())] }
        paths += routes.map { $0.path.replacing(/\{\w+\}|\*$/, with: "7") }
        for _ in 0..<3_000 {
            let count = Int.random(in: 0...5, using: &generator)
            paths.append("/" + (0..<count).map { _ in parts.randomElement(using: &generator) ?? "" }.joined(separator: "/"))
        }
        for path in paths { #expect(table.nearest(to: path).map(name).sorted() == nearest(to: path), "\(path)") }
    }
}
