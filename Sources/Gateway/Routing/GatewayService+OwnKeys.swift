internal import Protocols
internal import Speech
internal import Vendors

extension GatewayService {
    /// The engines of a caller who sends keys of their own: those and no others, for whoever has keys of their own never spends the operator's.
    ///
    /// - Parameter named: those that the caller asks for; empty: all for which there are keys.
    func engines(by keys: [OwnKey], named: [EngineName], language: LanguageTag?) throws(RefusalCause) -> [EngineEntry] {
        let entries = keys.compactMap { key -> EngineEntry? in
            guard var settings = configuration.reachable.first(where: { $0.name == key.vendor }),
                let vendor = Catalogue.vendors.first(where: { $0.name == key.vendor })
            else { return nil }
            settings.credential = key.credential
            return EngineEntry(vendor, settings: settings, client: client, clock: .system)
        }
        let wanted = named.filter { name in entries.contains { $0.name == name } }
        let have = keys.map(\.vendor.rawValue).joined(separator: ", ")
        if !named.isEmpty, wanted.isEmpty { throw .badRequest("Keys of your own came for \(have), and the engines that are asked for are others.") }
        return try Router(entries: entries, order: entries.map(\.name)).engines(for: .live, named: wanted, language: language)
    }
}
