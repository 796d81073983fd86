import Admission
import Engines
import Gateway
import Store
import Usage

/// The parts of a gateway that decide which callers may do what, and which party pays.
struct AdmissionParts: Sendable {
    let admission: Admission
    let tokens: TemporaryTokens
    let accounts: BillingAccounts
    let limits: LimitWatch
    let wrongCredentials: WrongCredentials

    init(_ inputs: GatewayInputs, router: Router, _ storage: StorageParts) throws {
        let configuration = inputs.configuration, log = inputs.log
        let users = configuration.identity.map { UserTokens($0, client: inputs.client, log: log, now: inputs.now) }
        // The provider's keys are fetched now, so that the first caller need not wait for them.
        users?.refresh()
        accounts = BillingAccounts(keys: inputs.keys, sessionsPerUser: configuration.sessionsPerUser)
        limits = LimitWatch(configuration.limits, usage: storage.usage, log: log, now: inputs.now)
        let secret = try InstallationSecret(of: inputs.directory)
        tokens = try TemporaryTokens(shared: storage.stores.replicas == nil ? nil : secret, timeOfDay: inputs.now)
        admission = Admission(
            access: Access(
                keys: try KeyVerdicts(of: inputs.keys), tokens: tokens, users: users,
                logins: LoginTokens(secret: secret, store: inputs.keys, now: inputs.now)),
            keys: inputs.keys, accounts: accounts,
            store: storage.stores.conversations, watch: limits,
            directory: EngineDirectory(entries: inputs.entries, router: router, reachable: configuration.reachable, client: inputs.client),
            descriptors: inputs.descriptors, log: log)
        var throttle = CredentialThrottle.Limits()
        throttle.delay = configuration.wrongCredentialDelay
        wrongCredentials = WrongCredentials(limits: throttle, metrics: inputs.metrics)
    }
}
