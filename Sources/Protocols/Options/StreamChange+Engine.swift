package import Speech

extension StreamChange {
    /// Returns true if the open streams of an engine can take the change, or it does not concern them; false: new streams take over.
    ///
    /// - Parameters:
    ///   - old: the session's options before the change.
    ///   - options: the session's options after the change.
    package func isInStream(
        of engine: EngineName, _ capabilities: Capabilities, from old: StreamOptions, to options: StreamOptions, now: Instant
    ) -> Bool {
        // A new stream at a vendor that would be asked for the same again changes nothing.
        isTaken(by: engine, capabilities, from: old, to: options) || Catalogue.isAsked(alike: old, options, engine, capabilities, now: now)
    }

    /// True if the open streams can take the change, or it does not concern them.
    private func isTaken(by engine: EngineName, _ capabilities: Capabilities, from old: StreamOptions, to options: StreamOptions) -> Bool {
        guard aspects.isSubset(of: capabilities.liveChanges), Catalogue.takesChange(engine, from: old, to: options) else { return false }
        // An engine's stream chooses among the languages that it began with.
        let choosesLanguages = !capabilities.findsPauses && SharedOption.languages.engines(.live).contains(engine.rawValue)
        let hasOtherLanguages =
            old.shared.languages != options.shared.languages || old.shared.keepsToLanguages != options.shared.keepsToLanguages
        if choosesLanguages, hasOtherLanguages { return false }
        if vendor != nil, options.vendorOptions?.isFor(engine) == true { return capabilities.takesVendorChanges }
        // Of the other shared options, a protocol lets a client change the prompt only.
        return shared == nil || !Catalogue.isPromptTaken(by: engine, model: options.model, language: options.language)
    }
}
