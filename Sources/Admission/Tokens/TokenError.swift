/// The reason why a user token was rejected, for the log. The client hears only that the token was rejected.
package enum TokenError: String, Error {
    /// The text is not a token, or uses an algorithm that is not accepted: only RS256 and ES256 are.
    case form
    /// The token is signed by a key that the issuer does not have.
    case key
    case signature
    case issuer
    case audience
    case expired
    /// The token is not valid yet, or was made in the future.
    case early
    case subject
}
