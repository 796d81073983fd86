/// Limits for what a peer may send in one HTTP message.
package struct HTTPLimits: Sendable, Equatable {
    /// Maximum size of the whole head, including the request or status line, in bytes.
    package var head: Int
    /// Maximum size of the request or status line, in bytes.
    package var startLine: Int
    /// Maximum number of header lines.
    package var fields: Int
    /// Maximum size of the body, in bytes. A route has a limit of its own, see `HTTPRequestParser.limitBody`.
    package var body: Int
    /// Maximum size of all chunk extensions of a message together, in bytes.
    package var chunkExtensions: Int
    /// Maximum size of the trailers, which are dropped, in bytes.
    package var trailers: Int
    /// Maximum number of pairs in the query.
    package var queryPairs: Int

    package init(
        head: Int = 32_768, startLine: Int = 16_384, fields: Int = 100, body: Int = 2_147_483_648, chunkExtensions: Int = 16_384,
        trailers: Int = 8_192, queryPairs: Int = 1_024
    ) {
        self.head = head
        self.startLine = startLine
        self.fields = fields
        self.body = body
        self.chunkExtensions = chunkExtensions
        self.trailers = trailers
        self.queryPairs = queryPairs
    }
}
