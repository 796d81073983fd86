package import Speech

extension StreamChange {
    /// Returns true if the open streams of an engine can take the change, or it does not concern them; false: new streams take over.
    ///
    /// - Parameter options: the session's options after the change.
    package func isInStream(of engine: EngineName, _ capabilities: Capabilities, _ options: StreamOptions) -> Bool {
        guard aspects.isSubset(of: capabilities.liveChanges) else { return false }
        if vendor != nil, options.vendorOptions?.isFor(engine) == true { return capabilities.takesVendorChanges }
        // The prompt is the only one of the shared options that a protocol lets a client change.
        return shared == nil || !Catalogue.isPromptTaken(by: engine, model: options.model, language: options.language)
    }
}
