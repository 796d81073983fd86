internal import Framing
package import Protocols
package import Store

extension RequestError {
    /// Makes the error for a request that needs the store, where the caller can do nothing but try again: the caller's own limit, or a store that cannot
    /// be used.
    package init(_ error: StoreError) {
        let plain = error.plain
        self =
            switch plain.status {
            case .tooManyRequests: .tooManyRequests(retryAfter: error.retryAfter)
            case .serviceUnavailable: .unavailable(plain.message)
            // The gateway has made the rows itself, so the caller cannot mend them.
            default: .unavailable(StoreError.unusable)
            }
    }

    /// Returns the store's answer. Throws an error when the store cannot be used.
    package static func orStored<Value>(_ body: () async throws(StoreError) -> Value) async throws(RequestError) -> Value {
        do throws(StoreError) { return try await body() } catch { throw RequestError(error) }
    }
}
