package import Framing

/// A message to an address that a caller gave.
package struct Callback: Sendable {
    package var address: String
    package var method: HTTPMethod = .post
    package var headers: HTTPHeaders = [:]
    package var body: [UInt8]

    /// True if an answer of 4xx ends the attempts.
    package var endsAtRejection: Bool

    package init(address: String, method: HTTPMethod = .post, headers: HTTPHeaders = [:], body: [UInt8], endsAtRejection: Bool = false) {
        self.address = address
        self.method = method
        self.headers = headers
        self.body = body
        self.endsAtRejection = endsAtRejection
    }
}
