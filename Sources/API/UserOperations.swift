internal import Admission
internal import Framing
internal import Live
internal import Protocols
internal import Recordings
internal import Speech
internal import Store

/// Operations on the calling user's settings, and on the keys of their own that they use at vendors.
struct UserOperations: Sendable {
    let store: any ConversationStores
    let deletion: UserDeletion
    let export: UserExport
    let importing: UserImport
    /// Uploads, whose limits of disk space files of an archive have too.
    let spool: Spool
    let admission: Admission
    let contexts: LiveContexts
    let webhooks: WebhookSender
    let zones: TimeZones
    let now: @Sendable () -> UnixTime

    private static let pages = PageParameters("users", standard: 50, most: ConversationLimits.page)

    var all: [APIOperation] {
        [
            APIOperation(
                .get, "/users/me", .read, .listen, .transcribe, summary: "Returns the caller.",
                answer: .object([.init("id", "string", required: true, "The user.")])
            ) { request throws(APIError) in
                .json { json in
                    json.beginObject()
                    json.member("id", request.user.rawValue)
                    json.endObject()
                }
            },
            APIOperation(
                .get, "/users/me/export", .read,
                summary: """
                    Returns an archive of everything that the gateway has of the caller: settings, people, voices with their voiceprints, conversations, \
                    transcripts of sessions and usage. Audio is listed with its paths, and is in the archive if the request says so.
                    """,
                query: [.init("audio", "boolean", "True: the archive has the files of audio too. Default: false.")],
                answer: .content(ExportFormat.mediaType)
            ) { request throws(APIError) in try export.answer(request.user, withAudio: try request.queryFlag("audio")) },
            APIOperation(
                .post, "/users/me/import", .write,
                summary: """
                    Imports an archive of GET /users/me/export, from this gateway or another one: people, voices, conversations, audio and settings, \
                    under their ids. Objects that the caller has already stay as they are.
                    """, streamed: ExportFormat.mediaType, answer: .object(ImportReport.fields)
            ) { request throws(APIError) in
                guard let body = request.stream else { throw APIError(.internalError) }
                let caller = UserImport.Caller { byteCount throws(APIError) in
                    do throws(RequestError) {
                        return try spool.hold(for: request.caller.caller, announced: byteCount)
                    } catch { throw APIError(error) }
                } check: { () throws(APIError) in
                    do throws(RequestError) { try await admission.checkAgain(request.caller) } catch { throw APIError(error) }
                }
                let report = try await importing.run(body, of: request.user, for: caller)
                return .json { report.write(to: &$0) }
            },
            APIOperation(
                .delete, "/users/me", .write,
                summary: """
                    Deletes the caller with everything that the gateway has of them: conversations, voices, people, recordings, transcripts, jobs and \
                    settings. Their keys are revoked and their sessions end. Amounts of usage stay, without a name. No answer has anything of the \
                    caller from now on, and until the data is removed, which takes minutes for a year of conversations, the caller is refused.
                    """, answer: .nothing
            ) { request throws(APIError) in
                _ = try await APIError.stored { () throws(StoreError) in try await deletion.delete(request.user) }
                return .nothing
            },
            APIOperation(
                .delete, "/admin/users/{user}", .admin,
                summary: """
                    Deletes a user with everything that the gateway has of them, as DELETE /users/me does. GET /admin/deletions tells how far the removal is.
                    """, answer: .nothing
            ) { request throws(APIError) in
                let isDone = try await APIError.stored { () throws(StoreError) in try await deletion.delete(request.id("user")) }
                guard isDone else { throw .notFound("user", request.parameters["user"] ?? "") }
                return .nothing
            },
            APIOperation(
                .get, "/admin/users", .admin, summary: "Lists the users in the order of their names, with the amount of what is stored of each.",
                query: Self.pages.fields,
                answer: .object([
                    .init("users", "[StoredUser]", required: true, "The users with a key or with stored data."),
                    PageParameters.next,
                ])
            ) { request throws(APIError) in
                let asked = try Self.pages.page(of: request)
                let users = try await APIError.stored { () throws(StoreError) in
                    try await store.users(after: asked.cursor.map { ID($0) }, limit: asked.limit)
                }
                return .json { Self.write(users, next: users.count == asked.limit ? users.last?.user : nil, to: &$0) }
            },
            APIOperation(
                .get, "/admin/deletions", .admin, summary: "Returns the deletions of users that have begun and not ended, the earliest first.",
                answer: .object([.init("deletions", "[UserDeletion]", required: true, "The deletions.")])
            ) { _ throws(APIError) in
                let pending = try await APIError.stored { () throws(StoreError) in try await deletion.pending() }
                return .json { Self.write(pending, to: &$0) }
            },
            APIOperation(
                .get, "/users/me/settings", .read, summary: "Returns the user's settings for all their live sessions.", answer: Self.settings
            ) {
                request throws(APIError) in
                .json { [choices = try await choices(request)] in Self.write(choices, zones.standard.name, to: &$0) }
            },
            APIOperation(
                .patch, "/users/me/settings", .write,
                summary: "Changes the settings in the body; null resets a setting. A member that is not a setting is refused.",
                body: Self.changes, answer: Self.settings
            ) { request throws(APIError) in
                try Self.refuseOthers(in: request)
                try await change(.singleLanguage, to: request.flag("single_language_mode").map { $0 ? "true" : "false" }, request)
                try await change(.vocabulary, to: Self.vocabulary(request), request)
                // An empty name is none, as everywhere.
                try await change(.language, to: try request.string("language").flatMap { $0.isEmpty ? nil : $0 }, request)
                try await change(.languages, to: try request.languages("languages"), request)
                try await change(.name, to: try request.string("name"), request)
                try await change(.learnsVoices, to: request.flag("learn_voices").map { $0 ? "true" : "false" }, request)
                try await change(.usesSummaryModel, to: request.flag("model_summaries").map { $0 ? "true" : "false" }, request)
                try await change(.timeZone, to: try timeZone(request), request)
                try await change(.audioDays, to: request.integer("audio_days").map { String($0) }, request)
                try await WebhookOperations.change(request, in: store, by: webhooks, now: now())
                var answer = APIAnswer.json { [choices = try await choices(request)] in Self.write(choices, zones.standard.name, to: &$0) }
                answer.erases = Self.clears(request)
                return answer
            },
            APIOperation(
                .get, "/users/me/provider-keys", .read, summary: "Lists the vendors at which the user has enrolled an own key.",
                answer: .object([.init("provider_keys", "[ProviderKey]", required: true, "The vendors' keys, never themselves.")])
            ) { request throws(APIError) in
                let keys = try await APIError.stored { () throws(StoreError) in try await store.providerKeys(of: request.user) }
                return .json { json in
                    json.beginObject()
                    json.key("provider_keys")
                    json.beginArray()
                    for key in keys { Self.write(key, to: &json) }
                    json.endArray()
                    json.endObject()
                }
            },
            APIOperation(
                .put, "/users/me/provider-keys/{provider}", .write,
                summary: "Enrols a key of the user's own at a vendor. Only its fingerprint is kept.",
                body: [.init("key", "string", required: true, "The vendor's key.")],
                answer: .schema("ProviderKey")
            ) { request throws(APIError) in
                let provider = EngineName(try Self.provider(request))
                guard let fingerprint = KnownUser.fingerprint(of: try request.key("key").text) else { throw APIError(.internalError) }
                let key = ProviderKey(provider: provider, fingerprint: fingerprint, created: now())
                try await APIError.stored { () throws(StoreError) in try await store.set(key, of: request.user) }
                return .json { Self.write(key, to: &$0) }
            },
            APIOperation(
                .post, "/users/me/provider-keys/{provider}/verify", .write,
                summary: "Asks the vendor whether it accepts a key of the user's own, by a stream of half a second of silence. The key is not kept.",
                body: [.init("key", "string", required: true, "The vendor's key.")],
                answer: .object(
                    EngineTrial.fields + [.init("enrolled", "boolean", required: true, "True if this key is the one that the user has enrolled.")])
            ) { request throws(APIError) in
                let provider = EngineName(try Self.provider(request)), key = try request.key("key")
                guard let entry = admission.engine(of: provider, toCheck: key) else { throw .notFound("vendor", provider.rawValue) }
                let keys = try await APIError.stored { () throws(StoreError) in try await store.providerKeys(of: request.user) }
                let fingerprint = KnownUser.fingerprint(of: key.text)
                let trial = await EngineTrial.run(entry, contexts)
                return .json { trial.write(to: &$0, isEnrolled: keys.contains { $0.provider == provider && $0.fingerprint == fingerprint }) }
            },
            APIOperation(
                .delete, "/users/me/provider-keys/{provider}", .write, summary: "Removes an enrolment.", answer: .nothing
            ) { request throws(APIError) in
                let provider = try Self.provider(request)
                let isDone = try await APIError.stored { () throws(StoreError) in
                    try await store.removeProviderKey(EngineName(provider), of: request.user)
                }
                guard isDone else { throw .notFound("enrolled key for", provider) }
                return .nothing
            },
        ]
    }

    /// Returns true if the body resets a setting, whose former value is deleted.
    private static func clears(_ request: APIRequest) -> Bool {
        changes.contains { field in
            switch request.body?[field.name] {
            case .null?: true
            case .string(let text)?: text.isEmpty
            case .array(let list)?: list.isEmpty
            case nil, .some: false
            }
        }
    }

    /// Members of a body that changes settings.
    private static let changes: [APIOperation.Field] = [
        .init("single_language_mode", "boolean", "Sessions are in one language, and nothing is translated."),
        .init(
            "vocabulary", "[string]",
            "Words that engines are to expect: at most 500 of 100 characters each. An engine gets the first 99."),
        .init("language", "string", "The user's own language: a code such as de or pt-BR, or an English name; auto leaves it to the engine."),
        .init(
            "languages", "[string]",
            "The only languages that the user's speech may be in, such as de. A request for another language is refused. Empty: every language."),
        .init("name", "string", "The user's name. A speaker who says it does not become a new person."),
        .init("learn_voices", "boolean", "False: assigning speakers teaches the gateway no voices of other people."),
        .init("model_summaries", "boolean", "False: no language model is given conversations for their title and summary."),
        .init("audio_days", "integer", "Days that the audio of conversations is kept; 0: no audio is kept."),
        .init(
            "time_zone", "string",
            "The IANA name of the user's time zone, such as Europe/Berlin: days, and hours that are spoken of, are those of its clocks."),
        .init(
            "webhook_conversation", "string",
            "A URL that gets each completed conversation. Setting it switches the webhook on again, with what waits for it."),
        .init(
            "webhook_transcript", "string",
            "A URL that gets segments of live sessions as they come. Setting it switches the webhook on again, with what waits."),
    ]

    private static let settings = APIOperation.Answer.object(readable)

    private static let readable: [APIOperation.Field] = [
        .init("single_language_mode", "boolean", required: true, "True if sessions are in one language."),
        .init("vocabulary", "[string]", required: true, "Words that engines are to expect."),
        .init("language", "string?", required: true, "The user's own language; auto: the engine finds it."),
        .init("languages", "[string]", required: true, "The only languages that the user's speech may be in, by their codes; empty: every language."),
        .init("name", "string?", required: true, "The user's name."),
        .init("learn_voices", "boolean", required: true, "True if voices of other people are learned."),
        .init("model_summaries", "boolean", required: true, "True if the operator's language model may get conversations."),
        .init("audio_days", "integer?", required: true, "Days that the audio of conversations is kept; null: the operator's setting."),
        .init("time_zone", "string?", required: true, "The IANA name of the user's time zone; null: `default_time_zone`."),
        .init("default_time_zone", "string", required: true, "The gateway's time zone, by its IANA name. It is only read."),
        .init("webhook_conversation", "string?", required: true, "The URL that gets each completed conversation."),
        .init(
            "webhook_conversation_disabled_at", "string?", required: true,
            "When the gateway switched this webhook off, after 24 hours in which its receiver took nothing; null: it is on, or not set."),
        .init(
            "webhook_conversation_failing_since", "string?", required: true,
            "Since when this webhook's receiver takes nothing; null: its last delivery was made, or there was none."),
        .init("webhook_transcript", "string?", required: true, "The URL that gets segments of live sessions."),
        .init(
            "webhook_transcript_disabled_at", "string?", required: true,
            "When the gateway switched this webhook off, after 24 hours in which its receiver took nothing; null: it is on, or not set."),
        .init(
            "webhook_transcript_failing_since", "string?", required: true,
            "Since when this webhook's receiver takes nothing; null: its last delivery was made, or there was none."),
    ]

    /// Refuses a body with a member that is not a setting, by its name: a typing error would change nothing and look like a change. Members that are
    /// only read are left alone, so that an answer can be sent back with a change in it.
    private static func refuseOthers(in request: APIRequest) throws(APIError) {
        try request.refuseMembers(beside: changes.map(\.name), readable.map(\.name), called: "setting")
    }

    private func choices(_ request: APIRequest) async throws(APIError) -> UserChoices {
        UserChoices(settings: try await APIError.stored { () throws(StoreError) in try await store.settings(of: request.user) })
    }

    /// Changes a setting if the body names it.
    private func change(_ setting: UserChoices.Setting, to value: String?, _ request: APIRequest) async throws(APIError) {
        guard request.body?[setting.rawValue] != nil else { return }
        if let fault = value.flatMap(setting.fault) { throw .badRequest(fault) }
        try await APIError.stored { () throws(StoreError) in try await store.set(setting.rawValue, to: value, of: request.user) }
    }

    /// Returns the time zone of the body, which must exist here.
    private func timeZone(_ request: APIRequest) throws(APIError) -> String? {
        guard let text = try request.string(TimeZoneName.setting) else { return nil }
        guard let name = TimeZoneName(text), zones[name] != nil else {
            throw .badRequest("There is no time zone \"\(text.prefix(bytes: 100))\": give \(TimeZoneName.accepted).")
        }
        return text
    }

    private static func vocabulary(_ request: APIRequest) throws(APIError) -> String? {
        guard let words = try request.strings("vocabulary") else { return nil }
        // An empty text, or a line break, would not come back as it was given.
        guard words.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isNewline) }) else {
            throw .badRequest("\"vocabulary\" must be at most \(UserChoices.maxWords) texts, each one line of 1 to 100 characters.")
        }
        return words.joined(separator: "\n")
    }

    private static func write(_ users: [StoredUser], next: ID<User>?, to json: inout JSONWriter) {
        json.beginObject()
        json.key("users")
        json.beginArray()
        for user in users { user.write(to: &json) }
        json.endArray()
        json.member("next", optional: next?.rawValue)
        json.endObject()
    }

    private static func write(_ pending: [PendingUserDeletion], to json: inout JSONWriter) {
        json.beginObject()
        json.key("deletions")
        json.beginArray()
        for deletion in pending {
            json.beginObject()
            json.member("user", deletion.user.rawValue)
            json.member("since", deletion.since.rfc3339)
            json.member("conversations", deletion.conversations)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }

    private static func write(_ choices: UserChoices, _ standardZone: TimeZoneName, to json: inout JSONWriter) {
        json.beginObject()
        json.member("single_language_mode", choices.isSingleLanguage)
        json.key("vocabulary")
        json.beginArray()
        for word in choices.vocabulary { json.value(word) }
        json.endArray()
        json.member("language", optional: choices.language.map { $0.isMulti ? "auto" : $0.rawValue })
        json.key("languages")
        json.array(choices.languages.map(\.rawValue))
        json.member("name", optional: choices.name)
        json.member("learn_voices", choices.learnsVoices)
        json.member("model_summaries", choices.usesSummaryModel)
        if let days = choices.audioDays { json.member("audio_days", days) } else { json.member("audio_days", optional: nil) }
        json.member("time_zone", optional: choices.timeZone?.text)
        json.member("default_time_zone", standardZone.text)
        for trigger in UserWebhook.Trigger.allCases {
            let webhook = choices.webhooks[trigger]
            json.key(escaping: trigger.setting)
            if let webhook { json.value(webhook.address) } else { json.null() }
            json.key(escaping: trigger.disabledSetting)
            if let disabled = webhook?.disabled { json.value(disabled.rfc3339) } else { json.null() }
            json.key(escaping: trigger.failingName)
            if let outage = webhook?.outage { json.value(outage.since.rfc3339) } else { json.null() }
        }
        json.endObject()
    }

    private static func provider(_ request: APIRequest) throws(APIError) -> String {
        let name = request.parameters["provider"] ?? ""
        guard Catalogue.vendors.contains(where: { $0.name.rawValue == name }) else {
            throw .notFound("vendor", name)
        }
        return name
    }

    private static func write(_ key: ProviderKey, to json: inout JSONWriter) {
        json.beginObject()
        json.member("provider", key.provider.rawValue)
        json.member("fingerprint", key.fingerprint)
        json.member("created_at", key.created.rfc3339)
        json.endObject()
    }
}
