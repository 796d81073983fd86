package import Engines
package import Protocols
package import RecordingAssembly
package import Speech
internal import Store
package import Usage

/// The right to have speech recognized, with the party that pays for it.
///
/// Every recognition starts from a grant: a live session, a recording, a chunk, a job, a repair, a summary. Only `Admission` makes grants, and
/// engines come from grants only; so every decision about keys, limits and credit applies to all recognitions.
package struct Grant: Sendable {
    package let use: RecognitionUse
    /// The owner of the usage.
    package let owner: UsageOwner
    /// The caller's own vendor keys. If there are any, only these are used, even after failures: the caller pays.
    package let keys: BYOKCredentials
    /// The account whose credit is charged; nil for jobs that were ordered without a key, and for the gateway's own work.
    package let account: BillingUse?
    /// The languages that the speech may be in.
    private let languages: AllowedLanguages
    /// The reason why only free engines may be used; nil when all engines may be used.
    package let freeOnly: String?
    private let directory: EngineDirectory

    /// Makes a grant.
    ///
    /// - Parameter stamp: proof that `Admission` makes the grant.
    init(
        _ stamp: Admission.Stamp, for use: RecognitionUse, of owner: UsageOwner, keys: BYOKCredentials, account: BillingUse?,
        languages: AllowedLanguages, freeOnly: String?, _ directory: EngineDirectory
    ) {
        self.use = use
        self.owner = owner
        self.keys = keys
        self.account = account
        self.languages = languages
        self.freeOnly = freeOnly
        self.directory = directory
    }

    package var user: ID<User> { owner.user }

    package var payer: BillingParty { keys.isEmpty ? .operator : .user }

    /// False once the key was revoked or has expired.
    package var isValid: Bool { account?.account.isValid ?? true }

    /// Deducts audio from the key's credit, if the operator pays for it.
    package func charge(_ audio: Duration) {
        guard payer == .operator, let account = account?.account, account.isCounted else { return }
        _ = account.spend(audio.wholeMicroseconds)
    }

    // MARK: Languages

    /// Limits a recording's options to the languages that the caller's key and user allow. Every recognition of a recording passes here.
    ///
    /// - Throws: when the options ask for languages that are not allowed.
    package func limitLanguages(of options: inout RecognitionOptions) throws(RequestError) {
        try limit { (languages) throws(DisallowedLanguage) in try languages.limit(&options) }
    }

    /// Limits a recording's options in the same way, for work that nobody can order again with another language.
    ///
    /// - Parameter language: replaces a language that is not allowed; nil: the language is found. Nothing else of such options is changed.
    package func limitLanguages(of options: inout RecognitionOptions, else language: LanguageTag?) {
        do throws(RequestError) { try limitLanguages(of: &options) } catch { options.language = language }
    }

    /// Limits a live session's request in the same way. A client that names no language has it found among several that are allowed.
    package func limitLanguages(of request: inout LiveRequest) throws(RequestError) {
        try limit { (languages) throws(DisallowedLanguage) in try languages.limit(&request) }
    }

    /// Limits a live session's change in the same way. A change that leaves the language as it is asks for none.
    ///
    /// - Parameters:
    ///   - language: the session's language until now.
    ///   - shared: the session's options until now.
    package func limitLanguages(of change: inout StreamChange, language: LanguageTag?, shared: SharedOptions) throws(RequestError) {
        try limit { (languages) throws(DisallowedLanguage) in try languages.limit(&change, of: language, shared) }
    }

    private func limit(_ body: (AllowedLanguages) throws(DisallowedLanguage) -> Void) throws(RequestError) {
        do throws(DisallowedLanguage) { try body(languages) } catch { throw .languageNotAllowed(error.message) }
    }

    // MARK: Engines

    /// Returns the engines that may hear a recording, best first; never empty. The options are limited to the languages that are allowed.
    ///
    /// - Parameter named: engines that the caller asks for; empty for the operator's order.
    package func engines(for options: inout RecognitionOptions, named: [EngineName]) throws(RequestError) -> [EngineEntry] {
        try limitLanguages(of: &options)
        return try engines(for: .prerecorded, named: named, language: options.language)
    }

    /// Returns the engines that may hear a live session, best first; never empty. The request is limited to the languages that are allowed.
    ///
    /// - Parameters:
    ///   - named: engines that the caller asks for; empty for the operator's order.
    ///   - preferred: engine that comes before the operator's order.
    package func engines(for request: inout LiveRequest, named: [EngineName], preferred: EngineName?) throws(RequestError) -> [EngineEntry] {
        try limitLanguages(of: &request)
        return try engines(for: .live, named: named, preferred: preferred, language: request.language)
    }

    private func engines(
        for kind: Router.Kind, named: [EngineName], preferred: EngineName? = nil, language: LanguageTag?
    ) throws(RequestError) -> [EngineEntry] {
        guard keys.isEmpty else { return try ownEngines(for: kind, named: named, language: language) }
        let found = try directory.router.engines(for: kind, named: named, preferred: preferred, language: language)
        guard let freeOnly else { return found }
        let free = found.filter(\.isFree)
        guard !free.isEmpty else { throw .limitReached(freeOnly) }
        return free
    }

    private func ownEngines(for kind: Router.Kind, named: [EngineName], language: LanguageTag?) throws(RequestError) -> [EngineEntry] {
        let entries = directory.entries(by: keys)
        let wanted = named.filter { name in entries.contains { $0.name == name } }
        if !named.isEmpty, wanted.isEmpty {
            let have = keys.all.map(\.vendor.rawValue).joined(separator: ", ")
            throw .badRequest("You sent your own key for \(have), but the request names other engines.")
        }
        let order = entries.map(\.name)
        return try Router(entries: entries, order: order).engines(for: kind, named: wanted.isEmpty ? order : wanted, language: language)
    }

    /// Returns the operator's engines with these names, for work of the gateway itself. Engines that cost something are included only while they may
    /// be used.
    package func engines(named names: [EngineName]) -> [EngineEntry] {
        guard keys.isEmpty else { return [] }
        return names.compactMap { name in directory.entries.first { $0.name == name } }.filter { freeOnly == nil || $0.isFree }
    }

    // MARK: Background work

    /// The keys with which background work may be routed.
    package var routingKeys: RoutingKeys { directory.routingKeys(keys, onlyFree: freeOnly != nil) }

    /// Returns the engine of an attempt; nil when it cannot be used. While the caller pays, there is no engine for an attempt at the operator's cost.
    package func recognizer(for attempt: RoutingAttempt) -> (any PrerecordedEngine)? {
        switch attempt.payer {
        case .user: directory.entries(by: keys).first { $0.name == attempt.engine }?.prerecorded
        case .operator: engines(named: [attempt.engine]).first?.prerecorded
        }
    }
}
