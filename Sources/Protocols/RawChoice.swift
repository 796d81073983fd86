package import Framing

/// Reads if a request wants the vendor's own answer kept: `raw=true` in the query, or the header `X-Harken-Raw: true`.
package enum RawChoice {
    /// - Throws: `badRequest` when the value is neither `true` nor `false`.
    package static func isWanted(by head: HTTPRequestHead) throws(RequestError) -> Bool {
        let field = head.headers["X-Harken-Raw"].map { $0[...].trimmingBlanks }
        guard let said = head.query.first("raw")?[...] ?? field else { return false }
        if said.equalsIgnoringCase("true") { return true }
        if said.equalsIgnoringCase("false") { return false }
        throw .badRequest("raw (or X-Harken-Raw) must be true or false.")
    }
}
