package import Speech

/// Every protocol that Harken speaks. A new protocol needs one folder and one line here.
package enum Catalogue {
    /// The protocols that live clients may speak to Harken.
    package static let dialects: [LiveDialect] = [
        AssemblyAILiveServer.dialect,
        DeepgramLiveServer.dialect,
        DeepgramFluxServer.dialect,
        SonioxLiveServer.dialect,
        SpeechmaticsLiveServer.dialect,
        SpeechmaticsAgentServer.dialect,
        RealtimeServer.dialect,
        ManagedLiveServer.dialect,
        ListenServer.dialect,
        ListenServer.webDialect,
        ListenServer.pushToTalkDialect,
    ]
    /// The vendors that Harken can use as engines.
    package static let vendors: [Vendor] = [
        AssemblyAILiveClient.vendor.with(AssemblyAIPrerecordedClient.service),
        DeepgramLiveClient.vendor.with(DeepgramPrerecordedClient.service),
        SonioxLiveClient.vendor.with(SonioxPrerecordedClient.service),
        SpeechmaticsLiveClient.vendor.with(SpeechmaticsPrerecordedClient.service),
        Vendor(EngineName("openai"), live: OpenAILiveClient.service(), prerecorded: OpenAIPrerecordedClient.service),
    ]
    /// The options of the vendors' protocols.
    package static let optionTables: [OptionTable] = [
        AssemblyAIOptions.table, DeepgramOptions.table, SonioxOptions.table, SpeechmaticsOptions.table, OpenAIOptions.table,
    ]

    /// The routes on which clients give options at the opening.
    package static let optionRoutes: [OptionRoute] = [
        OptionRoute("AssemblyAI, live", AssemblyAIOptions.table, .live),
        OptionRoute("AssemblyAI, recorded", AssemblyAIOptions.table, .recorded),
        OptionRoute("Deepgram, live `/v1/listen`", DeepgramOptions.table, .live, unread: DeepgramOptions.unreadByListen),
        OptionRoute("Deepgram, live `/v2/listen`", DeepgramOptions.table, .live, unread: DeepgramOptions.unreadByFlux),
        OptionRoute("Deepgram, recorded", DeepgramOptions.table, .recorded),
        OptionRoute("Soniox, live", SonioxOptions.table, .live),
        OptionRoute("Soniox, recorded", SonioxOptions.table, .recorded),
        OptionRoute("Speechmatics, live", SpeechmaticsOptions.table, .live),
        OptionRoute(
            "Speechmatics, Agent STT", SpeechmaticsOptions.table, .live, adding: SpeechmaticsAgentSettings.options,
            absent: SpeechmaticsAgentSettings.absent),
        OptionRoute("OpenAI, live", OpenAIOptions.table, .live),
        OptionRoute("OpenAI, recorded", OpenAIOptions.table, .recorded),
        OptionRoute("Managed proxy, `/ws/transcribe`", ManagedConfiguration.table, .live),
        OptionRoute("`/listen`", ListenOptions.table, .live),
    ]

    /// The routes for background work, on which clients of no vendor's protocol give options.
    package static let backgroundRoutes: [OptionRoute] = [
        OptionRoute("`background-conversation/start`", BackgroundOptions.start, .recorded),
        OptionRoute("`background-transcribe`", BackgroundOptions.chunk, .recorded),
        OptionRoute("`/v2/sync-local-files`", BackgroundOptions.files, .recorded),
    ]

    /// The settings that the vendors' protocols let a client change while audio flows.
    package static let changeTables: [ChangeTable] = [
        AssemblyAIOptions.changes, DeepgramOptions.changes, DeepgramOptions.fluxChanges, SpeechmaticsOptions.changes,
        SpeechmaticsOptions.agentChanges, OpenAIOptions.changes,
    ]

    /// Returns the names of a client's options that have no effect with an engine.
    ///
    /// - Parameters:
    ///   - takesPrompt: true if the model that the engine uses takes a prompt, although others of the engine do not.
    ///   - live: the engine's live streams; nil: those of its usual model.
    package static func ignored(
        _ options: VendorOptions?, with engine: EngineName, _ service: VendorOption.Service, takesPrompt: Bool = false,
        live: TurnPart.Engine? = nil
    ) -> [String] {
        let tables = optionTables + [ManagedConfiguration.table]
        guard let options, let table = tables.first(where: { $0.vendor == options.vendor }) else { return [] }
        return table.ignored(options, with: engine, service, takesPrompt: takesPrompt, live: live)
    }

    /// Returns the names of a client's options that have no effect with an engine, and of its key terms for which the engine's vendor has no room. Key
    /// terms that are in no option are named `keyterm`, all at once: those of a session without options of a vendor's protocol, and those of Deepgram's
    /// `Configure`.
    ///
    /// - Parameters:
    ///   - model: the model that a live client named, or that the engine is asked for where it hears a recording; nil: none.
    ///   - language: the language of a live session; nil: none was named.
    ///   - capabilities: the engine's for live audio; nil: those of its vendor.
    package static func ignored(
        _ options: VendorOptions?, keyterms: [String], model: String?, language: LanguageTag? = nil, with engine: EngineName,
        _ service: VendorOption.Service, _ capabilities: Capabilities? = nil
    ) -> [String] {
        let takesPrompt = service == .live && isPromptTaken(by: engine, model: model, language: language)
        let live = TurnPart.Engine(engine, namedModel: model, with: capabilities)
        var names = ignored(options, with: engine, service, takesPrompt: takesPrompt, live: live)
        if service == .live, !keyterms.isEmpty, areOutsideOptions(options), !takes(terms, live, service) { names.append(terms.name) }
        return names + cut(keyterms, model: model, with: engine).map { IgnoredOptions.cutTerm + $0 }
    }

    /// Key terms that are in no option of the client's: the parameter of `/listen`, the vocabulary of a user, and the terms of Deepgram's `Configure`,
    /// which has the parameter's name.
    private static let terms = VendorOption("keyterm", .session(.keyterms), "Harken", in: [.live])

    /// True if a session's key terms are in none of the client's options: of clients of no vendor's protocol, and of Deepgram's after a change. The other
    /// protocols have an option with the changed terms.
    private static func areOutsideOptions(_ options: VendorOptions?) -> Bool {
        guard let options else { return true }
        return options.vendor == DeepgramOptions.vendor
            && !options.options.contains { ["keyterm", "keywords"].contains($0.name) && $0.reading != .unread }
    }

    /// Returns true if a vendor's live engine is sent the same at the opening of a stream with either options.
    static func isAsked(
        alike old: StreamOptions, _ new: StreamOptions, _ engine: EngineName, _ capabilities: Capabilities, now: Instant
    ) -> Bool {
        guard !capabilities.findsPauses, let vendor = live(engine) else { return false }
        let service = capabilities.models.first.flatMap { vendor.withModel?($0) } ?? vendor
        func opening(_ options: StreamOptions) -> (target: String, actions: [ClientAction]) {
            var machine = service.connect(options, Credential("")), actions: [ClientAction] = []
            machine.opened(now: now, actions: &actions)
            return (machine.connection.target, actions)
        }
        return opening(old) == opening(new)
    }

    /// Returns true if a live engine is sent the prompt of a client of another protocol: all models of the engine take one, or the model that hears a
    /// session in this language.
    ///
    /// - Parameter model: the model that the client named; nil: none.
    static func isPromptTaken(by engine: EngineName, model: String?, language: LanguageTag?) -> Bool {
        if SharedOption.prompt.engines(.live).contains(engine.rawValue) { return true }
        return engine == AssemblyAIOptions.vendor && AssemblyAILiveClient.model(named: model, language: language).takesPrompt
    }

    /// Returns false if an engine's model is sent nothing of an option, although other models of the engine take it.
    ///
    /// - Parameter engine: for a recording, `namedModel` is the model that the engine is asked for.
    static func takes(_ option: VendorOption, _ engine: TurnPart.Engine, _ service: VendorOption.Service) -> Bool {
        switch service {
        case .live: live(engine.name)?.takes(option, engine) ?? true
        case .recorded: prerecorded(engine.name)?.takes(option, engine.namedModel) ?? true
        }
    }

    /// Returns true if a client that left the language to the engine is to be told that a live engine takes its speech for English, because the
    /// engine's model cannot find the language. Engines that hear pieces of live audio as recordings find it.
    ///
    /// - Parameters:
    ///   - options: the client's options in its vendor's words: the vendor judges the languages of its own client's.
    ///   - language: the language that the client named; nil: it named none.
    ///   - among: the languages that the speech may be in; empty: all.
    package static func takesForEnglish(
        _ engine: TurnPart.Engine, _ options: VendorOptions?, language: LanguageTag?, among: [LanguageTag]
    ) -> Bool {
        guard !engine.findsPauses, let model = live(engine.name)?.unnamedLanguage(engine) else { return false }
        let isOwn = options?.vendor == engine.name && options?.options.contains { $0.aspect == .language } == true
        return !isOwn && model.takesForEnglish(language, among: among)
    }

    /// Returns false if a live engine's service or model cannot change an open stream in this way, although the engine's `Capabilities` name the changed
    /// options.
    static func takesChange(_ engine: EngineName, from before: StreamOptions, to options: StreamOptions) -> Bool {
        live(engine)?.takesChange(before, options) ?? true
    }

    /// Returns true if an engine's live streams heed a part of the rule of turns. Engines that are no vendor's heed all.
    ///
    /// - Parameter silence: the client's value, where it is a silence; nil: a value that the engine's vendor has too.
    static func heeds(_ part: TurnPart, _ engine: TurnPart.Engine, at silence: Duration?) -> Bool {
        live(engine.name)?.heeds(part, engine, silence) ?? true
    }

    /// Returns a vendor's service for live audio; nil: the engine is no vendor's, or the vendor has no such service.
    private static func live(_ engine: EngineName) -> LiveService? { vendors.first { $0.name == engine }?.live }

    /// Returns a vendor's service for recordings; nil: the engine is no vendor's, or the vendor has no such service.
    private static func prerecorded(_ engine: EngineName) -> PrerecordedService? { vendors.first { $0.name == engine }?.prerecorded }

    /// Returns the key terms that an engine is not sent because its vendor takes no more, in their order.
    ///
    /// - Parameter model: the model that the client named; nil: none.
    package static func cut(_ keyterms: [String], model: String?, with engine: EngineName) -> [String] {
        guard engine == DeepgramOptions.vendor, DeepgramKeyterms.areTaken(by: model) else { return [] }
        return DeepgramKeyterms.divided(keyterms).cut
    }

    /// Returns the features of a live stream that the engine's vendor bills apart, by what the vendor is sent.
    package static func billedFeatures(of options: StreamOptions, by engine: EngineName) -> Set<BilledFeature> {
        live(engine)?.billed(options) ?? options.billedFeatures
    }

    /// Returns the features of a recording that the engine's vendor bills apart, by what the vendor is sent.
    package static func billedFeatures(of options: RecognitionOptions, by engine: EngineName) -> Set<BilledFeature> {
        prerecorded(engine)?.billed(options) ?? options.billedFeatures
    }

    /// Returns the options of a live stream that also hold for a recording of a part of it; nil when there are none.
    package static func recorded(_ options: VendorOptions?) -> VendorOptions? {
        guard var options, let table = optionTables.first(where: { $0.vendor == options.vendor }) else { return nil }
        options.options.removeAll { option in
            guard let entry = table.entry(option.name, .live) else { return true }
            return !entry.services.contains(.recorded) || entry.answers
        }
        return options
    }
}
