internal import Protocols
internal import Speech
internal import Store

/// Who orders a job: whose it is, who pays, and what callbacks are signed with.
struct JobOwner: Sendable {
    let caller: Caller
    let user: ID<User>
    let key: ID<AccessKey>?
    let signingKey: [UInt8]?

    init(_ caller: AuthenticatedCaller, _ credential: Credential?) {
        self.caller = caller.caller
        user = caller.user
        key = caller.caller.grant?.key
        signingKey = credential.map { CallbackSignature.key(of: $0.secret) }
    }
}

extension RefusalCause {
    /// What the store says, or a refusal when it cannot be used.
    static func orStored<Value>(_ body: () async throws(StoreError) -> Value) async throws(RefusalCause) -> Value {
        do throws(StoreError) { return try await body() } catch { throw .unavailable("The gateway's store cannot be used.") }
    }
}
