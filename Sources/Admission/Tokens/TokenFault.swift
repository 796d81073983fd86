/// Why a user token was not taken. For the log: who shows it hears only that it was not.
package enum TokenFault: String, Error {
    /// Not a token, or of an algorithm that is not taken: all but RS256 and ES256.
    case form
    /// By a key that the issuer does not have.
    case key
    case signature
    case issuer
    case audience
    case expired
    /// It begins later, or was made in the future.
    case early
    case subject
}
