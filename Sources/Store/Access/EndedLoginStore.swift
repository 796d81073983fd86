package import Speech

/// The logins of pages that their holders have ended before they expire, for all gateways that use the store. No method blocks its caller's thread.
package protocol EndedLoginStore: Sendable {
    /// Keeps the code of a login that was ended, until the login expires.
    func endLogin(_ code: [UInt8], expires: UnixTime) async throws(StoreError)

    /// Returns true if the login with this code was ended. A login that another process has ended counts in the next answer.
    func isLoginEnded(_ code: [UInt8]) async throws(StoreError) -> Bool
}
