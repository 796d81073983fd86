import Framing
import HarkenTesting
import Testing

@testable import Gateway

@Suite struct `A table of routes` {
    /// What the table must find, told without a tree.
    private func nearest(to path: String) -> [String] {
        func matches(_ route: Route) -> Bool {
            if route.path.contains("{") { return route.parameters(of: path) != nil }
            guard route.path.hasSuffix("/*") else { return route.path == path }
            return path.hasPrefix(route.path.dropLast()) && path.utf8.count >= route.path.utf8.count
        }
        let fitting = GatewayService.routes.filter(matches)
        let most = fitting.map { $0.path == path ? Int.max : $0.literalLength }.max()
        return fitting.filter { ($0.path == path ? Int.max : $0.literalLength) == most }.map(name).sorted()
    }

    private func name(_ route: Route) -> String { "\(route.kind) \(route.method.rawValue) \(route.path)" }

    @Test func `finds the nearest routes of every path`() {
        let table = RouteTable(GatewayService.routes)
        let parts = ["", "v1", "v2", "v3", "api", "listen", "transcript", "desktop", "conversations", "people", "x", "{id}", "*", "models", "search"]
        var generator = SeededGenerator(seed: 21)
        var paths = GatewayService.routes.map(\.path) + GatewayService.routes.flatMap { [$0.path + "/", $0.path + "/y", String($0.path.dropLast())] }
        paths += GatewayService.routes.map { $0.path.replacing(/\{\w+\}|\*$/, with: "7") }
        for _ in 0..<3_000 {
            let count = Int.random(in: 0...5, using: &generator)
            paths.append("/" + (0..<count).map { _ in parts.randomElement(using: &generator) ?? "" }.joined(separator: "/"))
        }
        for path in paths { #expect(table.nearest(to: path).map(name).sorted() == nearest(to: path), "\(path)") }
    }
}
