package import Speech
package import Store

/// The time zones in which users name days and hours: each user's own, or the gateway's.
package struct UserTimeZones: Sendable {
    private let store: any UserSettingsStore
    package let zones: TimeZones

    package init(_ zones: TimeZones, in store: any UserSettingsStore) {
        self.store = store
        self.zones = zones
    }

    package func zone(of user: ID<User>) async throws(StoreError) -> TimeZoneRules {
        zones.zone(of: try await store.settings(of: user)[TimeZoneName.setting].flatMap { TimeZoneName($0) })
    }
}
