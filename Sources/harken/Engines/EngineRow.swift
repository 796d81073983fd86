import Gateway
import LocalEngine
import Protocols
import Speech

/// An engine that Harken knows, and its state under the current settings.
struct EngineRow: Equatable {
    enum State: Equatable {
        case available
        /// The engine cannot be used. The text says what to do.
        case missing(String)

        var text: String {
            switch self {
            case .available: "available"
            case .missing(let remedy): remedy
            }
        }

        /// The state in at most 24 columns.
        var short: String {
            switch self {
            case .available: "available"
            case .missing(let remedy) where remedy.hasPrefix(Self.noKey): String(remedy.dropFirst(Self.noKey.count))
            case .missing: "not usable"
            }
        }

        private static let noKey = "no key: "
    }

    var name: EngineName
    var capabilities: Capabilities
    var state: State

    /// Languages in a few columns: `en`, `98`, or `any`.
    var languages: String {
        switch capabilities.languages {
        case .any: "any"
        case .only(let tags): tags.count > 2 ? String(tags.count { $0 != "multi" }) : tags.sorted().joined(separator: ",")
        }
    }

    /// All languages: `en, de`, or `any`.
    var allLanguages: String {
        switch capabilities.languages {
        case .any: "any"
        case .only(let tags): tags.filter { $0 != "multi" }.sorted().joined(separator: ", ")
        }
    }

    /// Returns all engines: in the operator's order, followed by the engines that are not configured.
    ///
    /// - Parameters:
    ///   - modelProblem: the reason why the local engine's models cannot be used; nil: they can.
    ///   - hasVoices: true if the local engine's models of voices are there, so that recordings get speakers.
    ///   - others: the local engine's model for other languages than English; nil: there is none.
    static func all(_ configuration: GatewayConfiguration, modelProblem: String?, hasVoices: Bool, others: WhisperFacts? = nil) -> [EngineRow] {
        var rows = Catalogue.vendors.map { known in
            let vendor = configuration.reachable.first { $0.name == known.name }.map { known.serving($0) } ?? known
            return EngineRow(
                name: vendor.name, capabilities: vendor.capabilities,
                state: configuration.vendors.contains { $0.name == vendor.name }
                    ? .available : .missing("no key: set \(vendor.name.keyVariable)"))
        }
        var local = LocalEngine.capabilities
        local.speakers = hasVoices
        local.add(others, configuration.localLanguages)
        rows.append(
            EngineRow(
                name: .local, capabilities: local,
                state: modelProblem.map { .missing("\($0); harken doctor says what to do") } ?? .available))
        let order = configuration.engines
        return rows.sorted { (order.firstIndex(of: $0.name) ?? order.count) < (order.firstIndex(of: $1.name) ?? order.count) }
    }
}
