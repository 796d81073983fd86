internal import COpenSSL

/// A server's certificate and key.
// Sendable by proof: the SSL_CTX is not changed after `init`, and OpenSSL counts its references atomically.
package final class TLSServerContext: @unchecked Sendable {
    let handle: OpaquePointer

    /// - Parameters:
    ///   - certificateFile: a PEM file with the server's certificate first, then the intermediate certificates.
    ///   - keyFile: a PEM file without a pass phrase.
    package init(certificateFile: String, keyFile: String) throws(TLSError) {
        handle = try makeContext(TLS_server_method())
        // From here on, `deinit` frees the handle, also after an error.
        guard SSL_CTX_use_certificate_chain_file(handle, certificateFile) == 1 else { throw .last("read certificate \(certificateFile)") }
        guard SSL_CTX_use_PrivateKey_file(handle, keyFile, SSL_FILETYPE_PEM) == 1 else { throw .last("read key \(keyFile)") }
        guard SSL_CTX_check_private_key(handle) == 1 else { throw .last("match key \(keyFile) with certificate \(certificateFile)") }
        // For TLS 1.2, only ciphers with forward secrecy and authenticated encryption. All ciphers of TLS 1.3 have both.
        guard SSL_CTX_set_cipher_list(handle, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 else { throw .last("choose ciphers") }
        SSL_CTX_set_alpn_select_cb(handle, selectHTTP11, nil)
        _ = openssl_session_cache_off(handle)
    }

    deinit { SSL_CTX_free(handle) }
}

/// Returns a context with the settings of all sessions: at least TLS 1.2, and the modes that non-blocking sockets need.
func makeContext(_ method: OpaquePointer?) throws(TLSError) -> OpaquePointer {
    guard let handle = SSL_CTX_new(method) else { throw .last("make a TLS context") }
    _ = openssl_set_minimum_version_tls12(handle)
    // Without the mode for moving buffers, a retried write must come from the same address. Releasing buffers saves 34 KB for each idle connection.
    _ = openssl_set_mode(handle, Int(SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER) | Int(SSL_MODE_RELEASE_BUFFERS))
    // One read call takes all available bytes, instead of one call for each record's header and one for its body.
    openssl_set_read_ahead(handle, 1)
    return handle
}

/// Chooses `http/1.1` if the client offers it. A function of the file, so that no actor's isolation is inferred for it.
private func selectHTTP11(
    _ ssl: OpaquePointer?, _ out: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ outLength: UnsafeMutablePointer<UInt8>?,
    _ offered: UnsafePointer<UInt8>?, _ offeredLength: UInt32, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let offered, let out, let outLength else { return SSL_TLSEXT_ERR_NOACK }
    let http11 = Array("http/1.1".utf8)
    var position = 0
    while position < Int(offeredLength) {
        let length = Int(offered[position])
        guard position + 1 + length <= Int(offeredLength) else { break }
        let name = UnsafeBufferPointer(start: offered + position + 1, count: length)
        if name.elementsEqual(http11) {
            out.pointee = offered + position + 1
            outLength.pointee = UInt8(length)
            return SSL_TLSEXT_ERR_OK
        }
        position += 1 + length
    }
    return SSL_TLSEXT_ERR_NOACK
}
