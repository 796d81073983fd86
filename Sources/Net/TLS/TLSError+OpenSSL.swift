internal import COpenSSL

extension TLSError {
    /// Returns the oldest error in OpenSSL's queue of this thread, and empties the queue: a remaining error would be attributed to the next call.
    static func last(_ operation: String) -> TLSError {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0, let text = ERR_reason_error_string(code) else { return TLSError(operation: operation, reason: "failed") }
        return TLSError(operation: operation, reason: String(cString: text))
    }
}
