internal import COpenSSL

extension TLSError {
    /// The oldest error in OpenSSL's queue of this thread, which is emptied: what stays there would be blamed on the next call.
    static func last(_ operation: String) -> TLSError {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0, let text = ERR_reason_error_string(code) else { return TLSError(operation: operation, reason: "failed") }
        return TLSError(operation: operation, reason: String(cString: text))
    }
}
