package import Framing
internal import Net

/// One file of the console: a page, a module, a style or a picture.
package struct ConsoleFile: Sendable {
    package let contentType: String
    private let plain: Form
    /// The same content in gzip form; nil when zlib could not compress it.
    private let compressed: Form?

    /// The content in one form of transfer, with the tag of that form.
    private struct Form: Sendable {
        var bytes: [UInt8]
        var tag: String
    }

    init(_ bytes: [UInt8], _ contentType: String) {
        self.contentType = contentType
        let digest = SHA256.digest(bytes).hexadecimal.prefix(32)
        plain = Form(bytes: bytes, tag: "\"\(digest)\"")
        compressed = Gzip.compressed(bytes).map { Form(bytes: $0, tag: "\"\(digest)-gzip\"") }
    }

    /// Number of bytes of the content.
    package var byteCount: Int { plain.bytes.count }

    /// Returns the answer to a GET request with these headers: 304 without a body when the client has the content already.
    package func answer(to headers: HTTPHeaders) -> (head: HTTPResponseHead, body: [UInt8]) {
        let accepted = Gzip.isAccepted(by: headers) ? compressed : nil
        let form = accepted ?? plain
        var answer: HTTPHeaders = [
            "ETag": form.tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding", "Content-Security-Policy": Self.policy,
            "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
        ]
        let has = headers.has("If-None-Match", element: form.tag) || headers["If-None-Match"] == "*"
        if has { return (HTTPResponseHead(.notModified, headers: answer), []) }
        answer.set("Content-Type", contentType)
        if accepted != nil { answer.set("Content-Encoding", "gzip") }
        return (HTTPResponseHead(.ok, headers: answer), form.bytes)
    }

    /// Everything comes from the gateway itself. No other site may frame a page.
    private static let policy = "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'"
}
