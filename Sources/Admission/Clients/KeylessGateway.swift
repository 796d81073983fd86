package import Framing
internal import Net
package import Protocols

/// The check that a gateway without keys makes before all others: rejects requests that somebody on another machine may have caused.
package enum KeylessGateway {
    /// Checks a request.
    ///
    /// - Returns: the reason for the rejection; nil when the request is not rejected.
    package static func rejection(of head: HTTPRequestHead, from client: ClientAddress) -> RequestError? {
        if let header = proxyHeader(in: head.headers) {
            guard client.source == .forwarded else {
                return .forbidden(
                    "This gateway has no keys yet and serves only its own machine, but the request came through a proxy (\(header)). Make a key with: "
                        + "harken keys create; or name the proxy in HARKEN_TRUSTED_PROXIES and let it send X-Forwarded-For.")
            }
            guard client.ip.isLoopback else {
                return .forbidden(
                    "This gateway has no keys yet and serves only its own machine, but the proxy's client is on another one. Make a key with: "
                        + "harken keys create")
            }
        }
        // A reverse proxy that adds no header is recognised by its HTTP version only, unless its operator has changed the default version.
        guard head.version == .http11 || client.source == .forwarded else {
            return .forbidden(
                "This gateway has no keys yet and refuses HTTP/1.0, because reverse proxies use it. Make a key with: harken keys create")
        }
        // A page of another site can request an image or a script without an Origin.
        if head.headers["Origin"] == nil, head.headers["Sec-Fetch-Site"]?.lowercased() == "cross-site", !isNavigation(head) {
            return .forbidden("This gateway has no keys yet and does not serve web pages of other sites.")
        }
        return nil
    }

    /// The first header that only a proxy writes, in lower case; nil when there is none.
    private static func proxyHeader(in headers: HTTPHeaders) -> String? {
        for field in headers.fields {
            let name = field.name.lowercased()
            if name.hasPrefix("x-forwarded-") { return "X-Forwarded-…" }
            if name == "forwarded" || name == "x-real-ip" || name == "via" { return field.name }
        }
        return nil
    }

    /// Returns true if somebody has followed a link: the answer is shown to them, and the page with the link cannot read it.
    private static func isNavigation(_ head: HTTPRequestHead) -> Bool {
        head.method == .get && head.headers["Sec-Fetch-Mode"]?.lowercased() == "navigate"
            && head.headers["Sec-Fetch-Dest"]?.lowercased() == "document"
    }
}
