package import Framing
package import Protocols

/// A message to an address that a caller gave.
package struct Callback: Sendable {
    package var address: String
    package var method: HTTPMethod = .post
    package var headers: HTTPHeaders = [:]
    package var body: [UInt8]
    /// The promise of the protocol's vendor.
    package var promise: DeliveryPromise

    package init(address: String, method: HTTPMethod = .post, headers: HTTPHeaders = [:], body: [UInt8], promise: DeliveryPromise) {
        self.address = address
        self.method = method
        self.headers = headers
        self.body = body
        self.promise = promise
    }
}
