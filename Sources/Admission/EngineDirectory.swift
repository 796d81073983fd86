package import Engines
internal import Framing
package import Net
package import Protocols
package import RecordingAssembly
internal import Speech
package import Vendors

/// The engines of this gateway: those that the operator's keys reach, and those that a caller's own keys reach.
///
/// Other code gets engines of the directory from a `Grant` only.
package struct EngineDirectory: Sendable {
    /// Engines that the operator pays for, or that cost nothing.
    package let entries: [EngineEntry]
    /// Router that chooses among `entries`.
    package let router: Router
    /// Settings for each vendor's connection, without a key.
    package let reachable: [VendorSettings]
    package let client: HTTPClient

    package init(entries: [EngineEntry], router: Router, reachable: [VendorSettings], client: HTTPClient) {
        self.entries = entries
        self.router = router
        self.reachable = reachable
        self.client = client
    }

    /// Recordings that vendors are working on for callers with keys of their own.
    package let unfinished = UnfinishedRecordings()

    /// Returns the engines of the vendors for which the caller has keys.
    package func entries(by keys: BYOKCredentials) -> [EngineEntry] {
        keys.all.compactMap { key in
            guard let settings = settings(of: key.vendor), let vendor = Catalogue.vendors.first(where: { $0.name == key.vendor }) else { return nil }
            return EngineEntry(vendor, settings: settings.with(key.credential), client: client, clock: .system, unfinished: unfinished)
        }
    }

    /// Returns a vendor's engine with a key that is only checked; nil when the gateway does not reach this vendor.
    func entry(of vendor: EngineName, toCheck key: KeyText) -> EngineEntry? {
        guard let settings = settings(of: vendor), let known = Catalogue.vendors.first(where: { $0.name == vendor }) else { return nil }
        return EngineEntry(known, settings: settings.with(Credential(key)), client: client, clock: .system, unfinished: unfinished)
    }

    /// Returns the keys with which background work may be routed.
    ///
    /// - Parameter onlyFree: true if engines that cost the operator something may not be used.
    package func routingKeys(_ keys: BYOKCredentials, onlyFree: Bool) -> RoutingKeys {
        var found = RoutingKeys(user: keys.engines, hasLocal: false)
        for entry in entries where entry.prerecorded != nil {
            if entry.name == .local {
                if entry.isUsable { found.hasLocal = true }
            } else if !onlyFree || entry.isFree {
                found.operator.insert(entry.name)
            }
        }
        return found
    }

    private func settings(of vendor: EngineName) -> VendorSettings? { reachable.first { $0.name == vendor } }
}
