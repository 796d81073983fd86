package import Framing

/// The check whether a page of the gateway itself made a request. Browsers say so in headers that no page can set.
package enum RequestOrigin {
    /// Returns true if the origin names the host to which the request is addressed.
    package static func isOwn(_ origin: String, _ head: HTTPRequestHead) -> Bool {
        guard !head.authority.isEmpty else { return false }
        // A proxy may speak TLS in the gateway's place, so both schemes are the gateway's own.
        return ["http://", "https://"].contains { ($0 + head.authority).equalsIgnoringCase(origin) }
    }

    /// Returns true if a page of another site may have caused the request.
    ///
    /// A request without the headers of a browser counts as foreign only where `needsProof` is true.
    package static func isForeign(_ head: HTTPRequestHead, needsProof: Bool) -> Bool {
        if let site = head.headers["Sec-Fetch-Site"]?.lowercased() {
            // "none" stands for an address that a person has typed.
            return site != "same-origin" && !(site == "none" && !needsProof)
        }
        guard let origin = head.headers["Origin"] else { return needsProof }
        return !isOwn(origin, head)
    }
}
