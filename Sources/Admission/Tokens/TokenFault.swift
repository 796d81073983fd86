/// The reason why a user token was refused, for the log. The client hears only that the token was refused.
package enum TokenFault: String, Error {
    /// Not a token, or of an algorithm that is not taken: all but RS256 and ES256.
    case form
    /// The token is signed by a key that the issuer does not have.
    case key
    case signature
    case issuer
    case audience
    case expired
    /// It begins later, or was made in the future.
    case early
    case subject
}
