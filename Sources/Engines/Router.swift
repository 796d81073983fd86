package import Protocols
package import Speech

/// Chooses engines from the caller's request, the operator's order and the engines' capabilities. Pure.
package struct Router: Sendable {
    package enum Kind: Sendable { case live, prerecorded }

    private let entries: [EngineEntry]
    private let order: [EngineName]
    /// Vendors that would be available if the operator had a key for them.
    private let others: [Vendor]

    /// - Parameter order: the operator's order of preference.
    package init(entries: [EngineEntry], order: [EngineName], catalogue: [Vendor] = Catalogue.vendors) {
        self.entries = entries
        self.order = order
        others = catalogue.filter { vendor in !entries.contains { $0.name == vendor.name } }
    }

    /// True if the gateway has an engine with this name.
    package func has(_ name: EngineName) -> Bool { entries.contains { $0.name == name } }

    /// Names of all engines' models, for dialects that check names.
    package var models: Set<String> { Set(entries.flatMap(\.capabilities.models)) }

    /// The engines that may serve a request, best first; never empty.
    ///
    /// - Parameters:
    ///   - named: the only engines to use; empty: the operator's order applies.
    ///   - preferred: an engine that comes before the operator's order; nil: none.
    package func engines(
        for kind: Kind, named: [EngineName], preferred: EngineName? = nil, language: LanguageTag?
    ) throws(RequestError) -> [EngineEntry] {
        for name in named where !has(name) {
            throw .badRequest("This gateway has no engine \"\(name)\". Engines: \(list(entries.map(\.name))).")
        }
        let wanted = named.isEmpty ? [preferred].compactMap(\.self) + order.filter { $0 != preferred } : named
        let able = wanted.compactMap { name in entries.first { $0.name == name } }.filter { entry in
            switch kind {
            case .live: entry.capabilities(for: kind)?.streaming == true
            case .prerecorded: entry.capabilities(for: kind)?.prerecorded == true
            }
        }
        guard !able.isEmpty else {
            let what = kind == .live ? "live audio" : "recordings"
            throw named.isEmpty
                ? .unavailable("No engine for \(what) is configured. Install the local models with harken models install, or set a vendor's key.")
                : .badRequest("\(list(wanted)) cannot recognize \(what).")
        }
        guard let language, !language.isMulti else { return able }
        let speaking = able.filter { $0.capabilities(for: kind)?.languages.contains(language) == true }
        guard speaking.isEmpty else { return speaking }
        let here = entries.filter { $0.capabilities(for: kind)?.languages.contains(language) == true }.map(\.name)
        let elsewhere = others.filter { vendor in
            let capabilities = kind == .live ? vendor.live.flatMap { $0.isOptional ? nil : $0.capabilities } : vendor.prerecorded?.capabilities
            return capabilities?.languages.contains(language) == true
        }.map(\.name)
        var advice = here.isEmpty ? "" : " Engines that have it: \(list(here)) (choose with engine=)."
        if !elsewhere.isEmpty { advice += " With a key, these have it: \(list(elsewhere))." }
        throw .unsupportedLanguage(language, "The language \"\(language)\" is not available from \(list(able.map(\.name))).\(advice)")
    }

    private func list(_ names: [EngineName]) -> String { names.map(\.rawValue).joined(separator: ", ") }
}
