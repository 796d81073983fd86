/// How much of everything a peer may send in one HTTP message.
package struct HTTPLimits: Sendable, Equatable {
    /// Bytes of the whole head, request or status line included.
    package var head: Int
    /// Bytes of the request or status line.
    package var startLine: Int
    /// Header lines.
    package var fields: Int
    /// Bytes of the body. A route may allow less, see `HTTPRequestParser.bodyLimit`.
    package var body: Int
    /// Bytes of all chunk extensions of a message together.
    package var chunkExtensions: Int
    /// Bytes of the trailers, which are dropped.
    package var trailers: Int
    /// Pairs of the query.
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
