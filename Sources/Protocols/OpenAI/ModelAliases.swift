package import Speech

/// Engines for models that clients name and that no engine here has, such as `whisper-large-v3`.
package struct ModelAliases: Sendable, Equatable {
    /// The name that stands for every unknown model.
    private static let everything = "*"

    /// Engines by model name, in lower case.
    private var engines: [String: EngineName]

    /// Every unknown model is served by the local engine.
    package static let standard = ModelAliases([everything: .local])
    /// Unknown models are refused.
    package static let none = ModelAliases([:])

    package init(_ engines: [String: EngineName]) {
        self.engines = Dictionary(engines.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
    }

    /// Reads `NAME=ENGINE` entries, or the single entry `none`; nil when an entry has another form.
    package init?(_ entries: [String]) {
        guard entries != ["none"] else {
            self = .none
            return
        }
        var engines: [String: EngineName] = [:]
        for entry in entries {
            let parts = entry.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
            engines[String(parts[0])] = EngineName(String(parts[1]))
        }
        self.init(engines)
    }

    /// Returns the aliases without those of one engine, for a gateway that does not have this engine.
    package func without(_ engine: EngineName) -> ModelAliases { ModelAliases(engines.filter { $0.value != engine }) }

    /// All engines that serve a model here.
    package var all: Set<EngineName> { Set(engines.values) }

    /// The names of models that have an engine here by name, in lower case. The name that stands for every unknown model is not one.
    package var names: Set<String> { Set(engines.keys).subtracting([Self.everything]) }

    /// Returns the engine for an unknown model; nil when the model is to be refused.
    package func engine(for model: String) -> EngineName? { engines[model.lowercased()] ?? engines[Self.everything] }
}
