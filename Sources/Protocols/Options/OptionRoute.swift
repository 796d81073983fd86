package import Speech

/// A way in which clients give the options of a vendor's protocol: a live or recorded request of one route.
package struct OptionRoute: Sendable {
    /// The protocol's name, and the path where one protocol has several.
    package let title: String
    package let table: OptionTable
    package let service: VendorOption.Service
    /// The options in the order in which documents list them.
    package let options: [VendorOption]
    /// Options that the route does not read: only the protocol's own vendor may heed them, and those that Harken decides nobody heeds.
    private let unread: Set<String>
    /// Options that the route's service does not have: no engine is sent them.
    private let absent: Set<String>

    /// - Parameter additional: options that only this route of the protocol has.
    init(
        _ title: String, _ table: OptionTable, _ service: VendorOption.Service, adding additional: [VendorOption] = [], unread: Set<String> = [],
        absent: Set<String> = []
    ) {
        self.title = title
        self.table = table
        self.service = service
        options = table.options.filter { $0.services.contains(service) } + additional
        self.unread = unread
        self.absent = absent
    }

    /// Returns the effect of an option of this route with an engine.
    package func effect(of option: VendorOption, with engine: EngineName) -> OptionEffect {
        if absent.contains(option.name) { return .ignored }
        if unread.contains(option.name), engine != table.vendor || option.handling == .gateway { return .ignored }
        return table.effect(of: option, with: engine, service)
    }
}
