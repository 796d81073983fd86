package import Framing

/// Whether a request wants the vendor's own answer kept: `raw=true` in the query, or the header `X-Harken-Raw: true`.
package enum RawChoice {
    /// - Throws: `badRequest`, when it says neither yes nor no.
    package static func isWanted(by head: HTTPRequestHead) throws(RefusalCause) -> Bool {
        let field = head.headers["X-Harken-Raw"].map { $0[...].trimmingBlanks }
        guard let said = head.query.first("raw")?[...] ?? field else { return false }
        if said.equalsIgnoringCase("true") { return true }
        if said.equalsIgnoringCase("false") { return false }
        throw .badRequest("raw (or X-Harken-Raw) must be true or false.")
    }
}
