import Gateway
import LocalEngine
import Protocols
import Speech

/// An engine that Harken knows, and whether these settings let it be used.
struct EngineRow: Equatable {
    enum State: Equatable {
        case available
        /// Says what to do.
        case missing(String)

        var text: String {
            switch self {
            case .available: "available"
            case .missing(let remedy): remedy
            }
        }
    }

    var name: EngineName
    var capabilities: Capabilities
    var state: State

    /// `en,de`, or `any`.
    var languages: String {
        switch capabilities.languages {
        case .any: "any"
        case .only(let tags): tags.sorted().joined(separator: ",")
        }
    }

    /// In the operator's order, then those that are not configured.
    static func all(_ configuration: GatewayConfiguration, missingModels: [String]) -> [EngineRow] {
        var rows = Catalogue.vendors.map { vendor in
            EngineRow(
                name: vendor.name, capabilities: vendor.capabilities,
                state: configuration.vendors.contains { $0.name == vendor.name }
                    ? .available : .missing("no key: set \(vendor.name.rawValue.uppercased())_API_KEY"))
        }
        rows.append(
            EngineRow(
                name: .local, capabilities: LocalEngine.capabilities,
                state: missingModels.isEmpty ? .available : .missing("no models: run make setup")))
        let order = configuration.engines
        return rows.sorted { (order.firstIndex(of: $0.name) ?? order.count) < (order.firstIndex(of: $1.name) ?? order.count) }
    }
}
