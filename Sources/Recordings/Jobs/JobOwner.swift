package import Admission
package import Protocols
package import Speech
package import Store

/// Who orders a job: whose it is, who pays, and what callbacks are signed with.
package struct JobOwner: Sendable {
    package let caller: Caller
    package let user: ID<User>
    package let key: ID<AccessKey>?
    package let signingKey: [UInt8]?

    package init(_ caller: AuthenticatedCaller, _ credential: Credential?) {
        self.caller = caller.caller
        user = caller.user
        key = caller.caller.grant?.key
        signingKey = credential.map { CallbackSignature.key(of: $0.secret) }
    }
}

extension RefusalCause {
    /// What the store says, or a refusal when it cannot be used.
    package static func orStored<Value>(_ body: () async throws(StoreError) -> Value) async throws(RefusalCause) -> Value {
        do throws(StoreError) { return try await body() } catch { throw .unavailable("The gateway's store cannot be used.") }
    }
}
