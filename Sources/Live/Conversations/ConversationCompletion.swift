internal import Conversations
internal import Observability
internal import Protocols
internal import Speech
internal import Store

/// Completes conversations that are over: sets title and summary. Stores the index for searches. Each conversation is completed by one task at a
/// time, with repeated attempts.
actor ConversationCompletion {
    private let store: any ConversationStore & UserSettingsStore
    /// Model that embeds texts; nil when there is none, and conversations are found by their words only.
    private let texts: (any TextEmbedding)?
    /// Summaries by a language model; nil when conversations are summed up in their own words.
    private let summaries: ModelSummaries?
    private let timeZones: UserTimeZones
    private let log: Log
    private let categories: ConversationCategories
    private var underWay: [OwnedConversation: Task<Conversation?, Never>] = [:]
    /// Waits between attempts; after the last one the conversation has failed.
    private let waits: [Duration]
    /// Returns a new id of a delivery to a webhook; nil when this gateway has no webhooks.
    private let newDelivery: (@Sendable () -> String)?

    init(
        store: any ConversationStore & UserSettingsStore, texts: (any TextEmbedding)?, summaries: ModelSummaries?, timeZones: UserTimeZones,
        waits: [Duration],
        newDelivery: (@Sendable () -> String)?, log: Log
    ) {
        self.waits = waits
        self.newDelivery = newDelivery
        self.store = store
        self.texts = texts
        categories = ConversationCategories(texts)
        self.summaries = summaries
        self.timeZones = timeZones
        self.log = log
    }

    func complete(_ id: ID<Conversation>, of user: ID<User>) async -> Conversation? {
        let key = OwnedConversation(id: id, user: user)
        // Two sessions of one conversation may both report its end.
        if let running = underWay[key] { return await running.value }
        let running = Task { await run(id, of: user) }
        underWay[key] = running
        defer { underWay[key] = nil }
        return await running.value
    }

    private func run(_ id: ID<Conversation>, of user: ID<User>) async -> Conversation? {
        for wait in waits + [.zero] {
            do throws(StoreError) {
                return try await attempt(id, of: user)
            } catch {
                log.warning("a conversation could not be completed", [.conversation: id.rawValue, .error: "\(error)"])
            }
            guard wait > .zero else { break }
            try? await Task.sleep(for: wait)
        }
        do throws(StoreError) {
            _ = try await store.write(ConversationUpdate(id, status: .failed), of: user)
        } catch {
            log.error("a conversation that could not be completed again was not changed", [.conversation: id.rawValue, .error: "\(error)"])
        }
        return nil
    }

    private func attempt(_ id: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Conversation? {
        guard var conversation = try await store.conversation(id, of: user) else { return nil }
        guard conversation.status == .inProgress || conversation.status == .processing else { return nil }
        guard !conversation.segments.isEmpty else {
            _ = try await store.discard(id, of: user)
            return nil
        }
        _ = try await store.write(ConversationUpdate(id, status: .processing), of: user)
        try await summarize(&conversation)
        conversation.status = .completed
        var update = ConversationUpdate(
            id, status: .completed, title: conversation.title, summary: conversation.summary, findings: conversation.findings)
        // Of a webhook that the gateway has switched off, the delivery is listed, and made when the webhook is on again.
        if let newDelivery, UserChoices(settings: try await store.settings(of: user)).webhooks[.conversation] != nil {
            update.delivery = ID(newDelivery())
        }
        return try await store.write(update, of: user) ? conversation : nil
    }

    /// Sets the title, the summary and the findings of a conversation. What exists stays.
    private func summarize(_ conversation: inout Conversation) async throws(StoreError) {
        guard conversation.title == nil || conversation.summary == nil || conversation.findings == nil else { return }
        let zone = try await timeZones.zone(of: conversation.user)
        let made: (title: String?, summary: String?)
        var found: ConversationFindings?
        if let summaries, UserChoices(settings: try await store.settings(of: conversation.user)).usesSummaryModel,
            let summary = await summaries.summary(of: conversation, in: zone)
        {
            made = (summary.title, summary.summary)
            found = summary.findings
        } else {
            let summary = ExtractiveSummary(of: conversation.segments.map(\.text))
            made = (summary?.title, summary?.summary)
        }
        conversation.title = conversation.title ?? made.title
        conversation.summary = conversation.summary ?? made.summary
        if conversation.findings == nil {
            conversation.findings =
                if let found { found } else {
                    FindingRules.findings(
                        in: conversation, await categories.category(of: conversation, within: Self.categoryTime), zone: zone)
                }
        }
    }

    /// Stores the meaning of a conversation, so that the conversation is found by its meaning. Without it, the conversation is found by its words,
    /// and `complement` tries again.
    func embed(_ conversation: Conversation) async {
        guard let texts else { return }
        let windows = MeaningWindow.windows(of: conversation.segments)
        do {
            var stored: [TextWindow] = []
            for start in stride(from: 0, to: windows.count, by: Self.atOnce) {
                let some = windows[start..<min(start + Self.atOnce, windows.count)]
                for (window, vector) in zip(some, try await texts.embed(some.map(\.text))) {
                    stored.append(TextWindow(start: window.start, end: window.end, segments: window.segments, vector: vector))
                }
            }
            _ = try await store.setWindows(stored, model: texts.model, of: conversation.id, of: conversation.user)
        } catch {
            log.warning(
                "the meaning of a conversation could not be embedded for the search", [.conversation: conversation.id.rawValue, .error: "\(error)"])
        }
    }

    /// Time that a conversation's completion waits for its category: its client waits for the completion, and the model may still be loaded.
    private static let categoryTime = Duration.seconds(1)

    /// Number of windows that are embedded together.
    private static let atOnce = 16

    /// Embeds conversations whose meaning is not stored, because embedding failed or the conversation was edited.
    func complement() async {
        guard let texts else { return }
        do throws(StoreError) {
            for one in try await store.withoutWindows(model: texts.model, limit: 100) {
                // A conversation without words gets no windows, and is not looked at again: many of them would keep all others waiting.
                guard let conversation = try await store.conversation(one.id, of: one.user) else { continue }
                await embed(conversation)
            }
        } catch {
            log.warning("the meaning of conversations could not be embedded for the search", [.error: "\(error)"])
        }
    }
}
