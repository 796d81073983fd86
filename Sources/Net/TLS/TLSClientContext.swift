internal import COpenSSL

/// The certificates that a client trusts.
// Sendable by proof: the SSL_CTX is not changed after `init`, and OpenSSL counts its references atomically.
package final class TLSClientContext: @unchecked Sendable {
    package enum Trust: Sendable, Equatable {
        /// The system's certificate authorities.
        case system
        /// The certificate authorities in a PEM file, and no others.
        case authorities(file: String)
        /// Every certificate. Encrypts, but the peer's identity is unknown: for tests only.
        case anyone
    }

    let handle: OpaquePointer
    let verifies: Bool

    package init(_ trust: Trust = .system) throws(TLSError) {
        handle = try makeContext(TLS_client_method())
        verifies = trust != .anyone
        // From here on, `deinit` frees the handle, also after an error.
        switch trust {
        case .system:
            guard SSL_CTX_set_default_verify_paths(handle) == 1 else { throw .last("read the system's certificate authorities") }
        case .authorities(let file):
            guard SSL_CTX_load_verify_locations(handle, file, nil) == 1 else { throw .last("read certificate authorities \(file)") }
        case .anyone: break
        }
        SSL_CTX_set_verify(handle, verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nil)
    }

    deinit { SSL_CTX_free(handle) }
}
