/// A login that was just made.
package struct Login: Sendable {
    /// The token for the cookie.
    package var token: String
    /// Time for which the login holds.
    package var lifetime: Duration
}
