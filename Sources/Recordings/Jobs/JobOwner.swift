package import Admission
internal import Live
package import Protocols
package import Speech
package import Store

/// The owner of a job: the user, the payer, and the key that signs callbacks.
package struct JobOwner: Sendable {
    package let caller: Caller
    package let user: ID<User>
    package let key: ID<AccessKey>?
    package let signingKey: [UInt8]?

    package init(_ caller: AuthenticatedCaller, _ credential: Credential?) {
        self.caller = caller.caller
        user = caller.user
        key = caller.caller.grant?.key
        // A login's token ends with the login, so nobody could check a signature that it made.
        signingKey = credential.flatMap { $0.place == .cookie ? nil : CallbackSignature.key(of: $0.secret) }
    }
}
