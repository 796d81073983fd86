package import Framing
internal import Speech

/// Members of Harken's own protocols: a member that no table has is named to the client.
extension OptionTable {
    /// The protocols whose members Harken itself defines or follows; no engine has this name.
    static let harken = EngineName("harken")

    /// Returns the names of the parameters that the table does not have, each once. A parameter that asks for nothing is left out.
    package func unknown(in query: URLQuery) -> [String] {
        let known = names
        return IgnoredOptions.told(query.pairs.compactMap { known.contains($0.name) || $0.asksForNothing ? nil : $0.name })
    }

    /// Returns the names of the members that the table does not have, each once. A member that asks for nothing is left out.
    package func unknown(in object: borrowing JSONView) -> [String] { IgnoredOptions.names(in: object, besides: names) }

    private var names: Set<String> { Set(options.map(\.name)) }
}

extension URLQuery.Pair {
    /// True if the parameter is empty, or leaves something off.
    var asksForNothing: Bool { VendorOptions.Option.Value.text(value).isEmpty }
}
