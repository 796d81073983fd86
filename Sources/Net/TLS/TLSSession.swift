internal import COpenSSL
import Glibc

/// The TLS state of one connection, on the connection's own non-blocking socket.
struct TLSSession: ~Copyable {
    enum Outcome: Equatable {
        case bytes(Int)
        case wantsRead
        case wantsWrite
        /// The peer ended its side properly.
        case ended
        case failed(ConnectionError)
    }

    private let handle: OpaquePointer
    /// The peer's name, for messages.
    private let peer: String

    /// Makes the server's side of a session.
    init(accepting descriptor: Int32, _ context: TLSServerContext, peer: String) throws(TLSError) {
        guard let handle = SSL_new(context.handle) else { throw .last("make a TLS session") }
        self.handle = handle
        self.peer = peer
        SSL_set_fd(handle, descriptor)
        SSL_set_accept_state(handle)
    }

    /// Makes the client's side of a session. The certificate is checked for `host`, a name or an address.
    init(connecting descriptor: Int32, _ context: TLSClientContext, host: String) throws(TLSError) {
        guard let handle = SSL_new(context.handle) else { throw .last("make a TLS session") }
        SSL_set_fd(handle, descriptor)
        SSL_set_connect_state(handle)
        let http11: [UInt8] = [8] + Array("http/1.1".utf8)
        SSL_set_alpn_protos(handle, http11, UInt32(http11.count))
        let isAddress = IPAddress(host) != nil
        if !isAddress { _ = openssl_set_server_name(handle, host) }
        let isSet = isAddress ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(handle), host) : SSL_set1_host(handle, host)
        guard isSet == 1 || !context.verifies else {
            SSL_free(handle)
            throw .last("expect a certificate for \(host)")
        }
        self.handle = handle
        peer = host
    }

    deinit { SSL_free(handle) }

    /// Continues the handshake; returns `.bytes(0)` when it is complete.
    mutating func handshake() -> Outcome {
        let result = SSL_do_handshake(handle)
        guard result != 1 else { return .bytes(0) }
        let outcome = outcome(of: result, "TLS handshake with \(peer)")
        if case .failed(.tls(let error)) = outcome {
            let code = SSL_get_verify_result(handle)
            guard code != Int(X509_V_OK), let text = X509_verify_cert_error_string(code) else { return outcome }
            return .failed(.tls(TLSError(operation: error.operation, reason: String(cString: text), isUntrusted: true)))
        }
        return outcome
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        var count = 0
        let result = SSL_read_ex(handle, buffer.baseAddress, buffer.count, &count)
        return result == 1 ? .bytes(count) : outcome(of: result, "TLS read from \(peer)")
    }

    mutating func write(_ buffer: UnsafeRawBufferPointer) -> Outcome {
        var count = 0
        let result = SSL_write_ex(handle, buffer.baseAddress, buffer.count, &count)
        return result == 1 ? .bytes(count) : outcome(of: result, "TLS write to \(peer)")
    }

    /// True if bytes were read from the socket that `read` has not returned yet; epoll does not report these.
    var hasPending: Bool { SSL_has_pending(handle) == 1 }

    /// Tells the peer that no more output comes. Best effort.
    mutating func sendEnd() {
        guard SSL_is_init_finished(handle) == 1 else { return }
        _ = SSL_shutdown(handle)
        ERR_clear_error()
    }

    private func outcome(of result: Int32, _ operation: String) -> Outcome {
        let systemCode = errno
        switch SSL_get_error(handle, result) {
        case SSL_ERROR_WANT_READ:
            ERR_clear_error()
            return .wantsRead
        case SSL_ERROR_WANT_WRITE:
            ERR_clear_error()
            return .wantsWrite
        case SSL_ERROR_ZERO_RETURN:
            ERR_clear_error()
            return .ended
        case SSL_ERROR_SYSCALL where systemCode != 0:
            ERR_clear_error()
            return .failed(.system(SystemError(call: operation, code: systemCode)))
        default:
            return .failed(.tls(.last(operation)))
        }
    }
}
