package import Continuity
package import Engines
internal import Conversations
package import Framing
package import Net
package import Observability
package import Protocols
package import RecordingAssembly
package import Speech
package import Store
internal import Synchronization
package import Usage

/// The admission of callers on every route: checks the caller, the scopes of their key, their vendor keys, their limits and their credit.
///
/// A recognition needs a `Grant`. Only `admit`, `grant(for:keys:)`, `grantForRepair(of:)` and `grantForSummary(of:)` make grants.
package final class Admission: Sendable {
    /// Proof that a grant was made by `Admission`.
    struct Stamp: Sendable { fileprivate init() {} }

    private let access: Access
    private let keys: any AccessKeyStore
    private let accounts: BillingAccounts
    private let store: any UserSettingsStore
    private let watch: LimitWatch
    private let directory: EngineDirectory
    private let descriptors: DescriptorBudget
    private let log: Log
    private let draining = AtomicFlag()
    private let databaseAway = AtomicFlag()
    private let deletedUsers = Mutex<Set<ID<User>>>([])

    package init(
        access: Access, keys: any AccessKeyStore, accounts: BillingAccounts, store: any UserSettingsStore, watch: LimitWatch,
        directory: EngineDirectory, descriptors: DescriptorBudget, log: Log
    ) {
        self.access = access
        self.keys = keys
        self.accounts = accounts
        self.store = store
        self.watch = watch
        self.directory = directory
        self.descriptors = descriptors
        self.log = log
    }

    // MARK: Draining

    /// Refuses new work of callers from now on: live sessions and recordings. What was begun before goes on, and so does work of the gateway itself.
    package func beginDrain() { draining.set() }

    /// Notes whether the database of several gateways is reached. Not called when there is one gateway.
    package func noteDatabase(isReached: Bool) { if isReached { databaseAway.clear() } else { databaseAway.set() } }

    /// True while the database of several gateways cannot be reached: another gateway may serve new callers better.
    package var isWithoutDatabase: Bool { databaseAway.isSet }

    /// True if no new work of callers begins.
    package var isDraining: Bool { draining.isSet }

    /// Returns a vendor's engine with a caller's own key, to check whether the vendor accepts the key; nil when the gateway does not reach this vendor.
    package func engine(of vendor: EngineName, toCheck key: KeyText) -> EngineEntry? { directory.entry(of: vendor, toCheck: key) }

    // MARK: Deleted users

    /// Rejects these users, who are being deleted, until another call leaves them out. Only administration is open to them.
    package func reject(_ users: Set<ID<User>>) { deletedUsers.withLock { $0 = users } }

    /// Rejects the user if the user is being deleted, as far as this gateway knows.
    private func refuseDeleted(_ user: ID<User>) throws(RequestError) {
        guard !deletedUsers.withLock({ $0.contains(user) }) else {
            throw .forbidden("This user is being deleted: nothing is served, and nothing is stored, until that is complete.")
        }
    }

    // MARK: Callers

    /// True if the gateway has neither keys nor an identity provider, so that only callers on this machine are served.
    ///
    /// The value is known only after `preparation` or `loadOpenness`.
    package var isOpenToThisMachineOnly: Bool { access.isOpenToThisMachineOnly }

    /// Returns `isOpenToThisMachineOnly`, read from the store now.
    package func loadOpenness() async -> Bool { await access.loadOpenness() }

    /// Returns the work to await before a caller with this credential can be judged; nil when there is none.
    ///
    /// - Parameter credential: the caller's credential; nil when the caller has shown none.
    package func preparation(for credential: ShownCredential?) -> (@Sendable () async -> Void)? { access.preparation(for: credential) }

    /// Returns a caller's credential with the code by which it is looked up; nil when the caller has shown none.
    package func shown(_ credential: Credential?) -> ShownCredential? { credential.map(access.shown) }

    /// Returns the credential that counts, with its code: what the caller shows, or else the login of the page that makes the request.
    package func shown(_ credential: Credential?, in head: HTTPRequestHead) -> ShownCredential? { access.shown(credential, in: head) }

    /// Makes a login for a page whose user has typed a key or a user token; nil when the gateway needs no credential.
    package func logIn(_ text: String, _ head: HTTPRequestHead, peer: SocketAddress) async throws(RequestError) -> Login? {
        try await access.logIn(text, head, peer: peer)
    }

    /// Ends the login of the page that makes the request.
    package func logOut(_ head: HTTPRequestHead) async throws(RequestError) { try await access.logOut(head) }

    /// Rejects callers whom no credential could admit. Used for callers who show their credential later.
    package func admitUnknown(_ head: HTTPRequestHead, peer: SocketAddress) throws(RequestError) { try access.admitUnknown(head, peer: peer) }

    /// Admits a caller whose key has one of the scopes.
    ///
    /// - Parameters:
    ///   - scopes: scopes of which the key needs one; empty when any key suffices.
    ///   - session: the live session of the caller's handshake; nil: the caller asks for something else.
    package func authenticate(
        _ exchange: HTTPExchange, credential: ShownCredential?, for scopes: [AccessScope], opening session: HandshakeSession? = nil
    ) throws(RequestError) -> AuthenticatedCaller {
        let caller = try authenticate(exchange.request, credential: credential, peer: exchange.peer, for: scopes, opening: session)
        // From now on the connection's memory is not counted with the memory of unknown callers.
        exchange.markAuthenticated()
        return caller
    }

    /// Admits a client that shows its credential in a message.
    package func authenticate(
        _ head: HTTPRequestHead, credential: ShownCredential?, peer: SocketAddress, for scopes: [AccessScope],
        opening session: HandshakeSession? = nil
    ) throws(RequestError) -> AuthenticatedCaller {
        let caller = try access.authenticate(head, credential: credential, peer: peer, opening: session)
        try caller.caller.check(anyOf: scopes)
        // Whoever is alone on a machine still sees the gateway's state, and how far the deletion is.
        if !scopes.contains(.admin) { try refuseDeleted(caller.caller.user) }
        return caller
    }

    /// Rejects a caller whose key was revoked or has expired since the request came, and a user whose deletion has begun. Called during requests that
    /// take long.
    package func checkAgain(_ caller: AuthenticatedCaller) async throws(RequestError) {
        try refuseDeleted(caller.caller.user)
        guard let key = caller.caller.grant?.key else { return }
        do throws(StoreError) {
            if case .valid = try await keys.standing(of: key) { return }
        } catch {
            log.error("a key cannot be read from the store", [.key: key.rawValue, .error: "\(error)"])
            throw .unavailable("The key store cannot be read.")
        }
        throw .unauthenticated
    }

    /// Makes a temporary token for the caller. A caller who used a token gets no further token.
    package func issueToken(_ terms: TemporaryTokens.Terms, to caller: AuthenticatedCaller) throws(RequestError) -> String {
        try access.issueToken(terms, to: caller)
    }

    /// Rejects vendor keys that differ from the keys that the user has enrolled.
    package func check(_ keys: BYOKCredentials, of user: ID<User>) async throws(RequestError) {
        guard !keys.isEmpty else { return }
        try await KnownUser(user, in: store).check(keys.all)
    }

    /// Returns the keys with which a caller's background work would be routed now.
    package func routingKeys(_ keys: BYOKCredentials) -> RoutingKeys { directory.routingKeys(keys, onlyFree: false) }

    // MARK: Grants

    /// Admits a caller and makes the grant for a use, for routes that need both at once.
    package func admit(
        _ exchange: HTTPExchange, credential: ShownCredential?, for use: RecognitionUse
    ) async throws(RequestError) -> (caller: AuthenticatedCaller, grant: Grant) {
        let caller = try authenticate(exchange, credential: credential, for: use.scope.map { [$0] } ?? [])
        return (caller, try await admit(caller, BYOKCredentials(exchange.request), for: use))
    }

    /// Makes the grant for a use, for a caller who was admitted before.
    package func admit(_ caller: AuthenticatedCaller, _ keys: BYOKCredentials, for use: RecognitionUse) async throws(RequestError) -> Grant {
        try grant(to: caller, keys, await standing(of: caller, keys), for: use)
    }

    /// Returns the state of a caller, which must be known before a grant can be made.
    ///
    /// - Parameter asksForUser: true to read the user's choices too.
    package func standing(of caller: AuthenticatedCaller, _ keys: BYOKCredentials, asksForUser: Bool = false) async -> CallerStanding {
        var standing = CallerStanding()
        if asksForUser || !keys.isEmpty {
            let user = await KnownUser(caller.user, in: store)
            standing.languages = user.choices.languages
            standing.user = user
        } else {
            standing.languages = await languages(of: caller.user)
        }
        standing.spending = await spending(of: UsageOwner(caller.caller), keys)
        return standing
    }

    /// Makes the grant, or throws the reason for the rejection. Does not wait; may be called on any thread.
    ///
    /// - Parameters:
    ///   - standing: result of `standing`; nil when the caller was refused before it was read.
    ///   - goesOn: true for a live session that was at another gateway until now, and may be counted there still.
    package func grant(
        to caller: AuthenticatedCaller, _ keys: BYOKCredentials, _ standing: CallerStanding?, for use: RecognitionUse, goesOn: Bool = false
    ) throws(RequestError) -> Grant {
        if let scope = use.scope { try caller.caller.check(anyOf: [scope]) }
        // The deletion may have begun since the caller was authenticated.
        try refuseDeleted(caller.caller.user)
        guard !isDraining else { throw .unavailable("The gateway is stopping; connect again in a moment.") }
        if !keys.isEmpty {
            guard let user = standing?.user else { throw .internalError }
            try user.check(keys.all)
        }
        guard let standing else { throw .internalError }
        return try grant(caller.caller, keys, standing.spending, languages: standing.languages, for: use, goesOn: goesOn)
    }

    /// Makes the grant for a job when its turn comes. Since the order, the job's key may have been revoked, and its limits used up.
    ///
    /// - Parameter keys: the caller's own vendor keys; nil when this process knows none.
    /// - Throws: `ownKeyGone` when the job was ordered with vendor keys that a restart has lost: the operator does not pay in their place.
    package func grant(for job: TranscriptionJob, keys: BYOKCredentials?) async throws(RequestError) -> Grant {
        try refuseDeleted(job.user)
        guard job.ownKeys.isEmpty || keys?.isEmpty == false else { throw .ownKeyGone }
        let keys = keys ?? BYOKCredentials()
        guard let key = job.key else {
            let owner = UsageOwner(job.user)
            let languages = AllowedLanguages(user: await languages(of: job.user))
            return try grant(owner, keys, await spending(of: owner, keys), account: nil, languages, for: .recording)
        }
        let standing: KeyStanding?
        do throws(StoreError) {
            standing = try await self.keys.settle([KeyDebit(key: key, microseconds: 0)]).first
        } catch {
            log.error("a key cannot be read from the store", [.key: key.rawValue, .error: "\(error)"])
            throw .unavailable("The key store cannot be read.")
        }
        guard let standing else { throw .unavailable("The key store cannot be read.") }
        guard standing.isValid else { throw .forbidden("The key that ordered this job is not valid any more.") }
        let credit = standing.remaining.map { Duration.microseconds($0) }
        let caller = Caller.key(AccessGrant(key: key, user: job.user, scopes: [], languages: standing.languages, credit: credit))
        return try grant(
            caller, keys, await spending(of: UsageOwner(caller), keys), languages: await languages(of: job.user), for: .recording)
    }

    /// Makes the grant for the missing part of a transcript, whose audio was accepted before. When the limits are used up, only free engines may be
    /// used.
    package func grantForRepair(of user: ID<User>, key: ID<AccessKey>?) async -> Grant { await grant(ofGateway: UsageOwner(user, key: key), .repair) }

    /// Makes the grant for the summary of a user's conversation by the operator's language model; nil when the user's limits are used up.
    package func grantForSummary(of user: ID<User>) async -> Grant? {
        let grant = await grant(ofGateway: UsageOwner(user), .summary)
        return grant.freeOnly == nil ? grant : nil
    }

    /// Returns the limit that was reached since the grant was made, in words; nil when none was reached.
    package func usedUp(_ grant: Grant) async -> String? {
        guard grant.payer == .operator else { return nil }
        let spending = await watch.spending(of: grant.owner)
        return spending.audioUsedUp ?? (grant.freeOnly == nil ? spending.costUsedUp : nil)
    }

    /// Returns the state of the limits. A caller whose own keys pay has no limits.
    private func spending(of owner: UsageOwner, _ keys: BYOKCredentials) async -> Spending {
        keys.isEmpty ? await watch.spending(of: owner) : Spending()
    }

    private func grant(ofGateway owner: UsageOwner, _ use: RecognitionUse) async -> Grant {
        let spending = await watch.spending(of: owner)
        // A summary has no speech.
        var allowed = AllowedLanguages.all
        if use == .repair { allowed = AllowedLanguages(key: await languages(of: owner.key), user: await languages(of: owner.user)) }
        return Grant(
            Stamp(), for: use, of: owner, keys: BYOKCredentials(), account: nil, languages: allowed,
            freeOnly: spending.audioUsedUp ?? spending.costUsedUp, directory)
    }

    private func grant(
        _ caller: Caller, _ keys: BYOKCredentials, _ spending: Spending, languages: [LanguageTag], for use: RecognitionUse, goesOn: Bool = false
    ) throws(RequestError) -> Grant {
        let account: BillingUse? =
            caller == .local ? nil : try accounts.open(caller, for: use.scope ?? .transcribe, paysWithCredit: keys.isEmpty, goesOn: goesOn)
        let allowed = AllowedLanguages(key: caller.grant?.languages ?? [], user: languages)
        return try grant(UsageOwner(caller), keys, spending, account: account, allowed, for: use)
    }

    private func grant(
        _ owner: UsageOwner, _ keys: BYOKCredentials, _ spending: Spending, account: BillingUse?, _ languages: AllowedLanguages,
        for use: RecognitionUse
    ) throws(RequestError) -> Grant {
        try check(spending)
        if let warning = spending.warning { log.warning("a usage limit is nearly reached", [.reason: warning]) }
        return Grant(
            Stamp(), for: use, of: owner, keys: keys, account: account, languages: languages, freeOnly: spending.costUsedUp, directory)
    }

    /// Returns the languages that a user's speech may be in; empty: every language, also when the store cannot be read.
    private func languages(of user: ID<User>) async -> [LanguageTag] {
        do throws(StoreError) { return UserChoices(settings: try await store.settings(of: user)).languages } catch {
            log.warning("a user's languages cannot be read from the store", [.error: "\(error)"])
            return []
        }
    }

    /// Returns the languages that a key allows; empty: every language, also when the key is not valid any more.
    private func languages(of key: ID<AccessKey>?) async -> [LanguageTag] {
        guard let key else { return [] }
        do throws(StoreError) {
            if case .valid(let grant) = try await keys.standing(of: key) { return grant.languages }
        } catch {
            log.warning("a key cannot be read from the store", [.key: key.rawValue, .error: "\(error)"])
        }
        return []
    }

    // MARK: Room

    /// Descriptors that a conversation may need at a time: the file of its audio, and the request to the user's webhook for segments.
    private static let descriptorsPerConversation = 2

    /// Takes the descriptors that a live session's engines will need, so that none is missing when an engine fails.
    ///
    /// - Parameters:
    ///   - engines: engines that may serve the session.
    ///   - channels: channels that engines hear apart.
    ///   - isKept: true if the session becomes a conversation.
    package func room(for engines: [EngineEntry], _ mode: SessionMode, channels: Int, isKept: Bool) throws(RequestError) -> DescriptorShare {
        let streams = mode.streams(toServers: engines.count(where: \.isReachedOverConnections), channels: channels)
        let need = streams + (isKept ? Self.descriptorsPerConversation : 0)
        guard let share = descriptors.share(of: need) else {
            throw .unavailable("The gateway has no room for another live session now; try again later, or at another gateway.")
        }
        return share
    }

    private func check(_ spending: Spending) throws(RequestError) {
        guard let words = spending.audioUsedUp else { return }
        log.warning("a usage limit is reached", [.reason: words])
        throw .limitReached(words)
    }
}

extension RequestError {
    /// The error of a job that was ordered with the caller's own vendor key, which is kept in memory only, when the gateway was restarted since.
    package static let ownKeyGone = RequestError.unavailable(
        "own_key_gone: your own vendor key for this job was not kept over the gateway's restart. Order the job again with the key.")
}
