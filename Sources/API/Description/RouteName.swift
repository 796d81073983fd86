package import Framing

/// A route of the gateway as its description names it.
package struct RouteName: Sendable, Hashable {
    let isWebSocket: Bool
    let method: HTTPMethod
    /// Path of the route, as in the gateway's table of routes.
    let path: String

    package init(_ method: HTTPMethod, _ path: String, isWebSocket: Bool) {
        self.isWebSocket = isWebSocket
        self.method = method
        self.path = path
    }
}
