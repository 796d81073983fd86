package import Protocols
internal import Store

/// A credential that a caller shows, with the code by which it is looked up. `Access` makes the code once for each request.
package struct ShownCredential: Sendable {
    enum Form: Sendable {
        /// A temporary token that exists.
        case token(TemporaryTokens.Code)
        /// The login of a page of the gateway, with its holder; nil: the login does not hold.
        case login(LoginTokens.Holder?)
        /// A token of the identity provider.
        case userToken
        /// A key's text, or a wrong credential.
        case key(KeyVerdicts.Code)
    }

    package let credential: Credential
    let form: Form
}
