package import Framing
package import Protocols

/// The cookie that holds a page's login. Only requests of the gateway's own pages are served by it.
package enum LoginCookie {
    package static let name = "harken_login"

    /// Returns the login of a request; nil when there is none, or when a page of another site may have caused the request.
    ///
    /// A request that changes something or opens a WebSocket needs the browser's word for the page's origin.
    package static func find(in head: HTTPRequestHead) -> Credential? {
        guard let text = value(in: head) else { return nil }
        let isReading = (head.method == .get || head.method == .head) && !head.asksForWebSocket
        return RequestOrigin.isForeign(head, needsProof: !isReading) ? nil : Credential(text, in: .cookie)
    }

    private static func value(in head: HTTPRequestHead) -> String? {
        for line in head.headers.values("Cookie") {
            for pair in line.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                if parts.count == 2, parts[0].trimmingBlanks == name { return String(parts[1].trimmingBlanks) }
            }
        }
        return nil
    }

    /// Returns the value of `Set-Cookie` that gives the login to a browser.
    ///
    /// - Parameter isSecure: true if the browser uses TLS; it then sends the cookie by TLS only.
    package static func header(_ login: String, lifetime: Duration, isSecure: Bool) -> String {
        "\(name)=\(login); Path=/; Max-Age=\(lifetime.components.seconds); HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
    }

    /// Returns the value of `Set-Cookie` that takes the login from a browser.
    package static func removal(isSecure: Bool) -> String { header("", lifetime: .zero, isSecure: isSecure) }
}
