import Conversations
import LocalEngine
import Speech
import Store

/// The place of stored data for a command: a data directory of this machine, or a gateway. The command line counts before the environment, and
/// `HARKEN_URL` before `HARKEN_DATA`.
struct DataPlace {
    private enum Kind {
        case directory(StoreAccess)
        case gateway(GatewayAddress)
    }

    /// Options of commands on one user's data.
    static let options: [any OptionDescription] = StoreAccess.places + GatewayAddress.choice + [Flag.json]
    /// Options of commands that write a file of one user's data.
    static let archiveOptions: [any OptionDescription] = StoreAccess.places + GatewayAddress.choice
    /// Options of commands on the data of an installation.
    static let installationOptions: [any OptionDescription] = [DataOption.option] + GatewayAddress.choice + [Flag.json]

    private let kind: Kind
    /// The time zones of this machine.
    let zones: TimeZones
    private let models: ModelFolder

    /// - Parameter ofUser: true for the data of one user; false for the data of the installation.
    init(_ arguments: Arguments, ofUser: Bool = true) throws(UsageError) {
        models = ModelFolder(environment: arguments.environment)
        let stores = try StoreAccess(arguments)
        zones = stores.zones
        if let gateway = try GatewayAddress(chosenBy: arguments) {
            guard stores.data.isNamed || (ofUser && stores.namesUser) else {
                kind = .gateway(gateway)
                return
            }
            if GatewayAddress.isNamed(arguments) {
                throw UsageError("--url cannot go together with --data or --user: a gateway has its own data, and the key decides the user")
            }
        }
        kind = .directory(stores)
    }

    /// True for data behind a gateway, which takes no samples of voices.
    var isGateway: Bool { if case .gateway = kind { true } else { false } }

    /// Returns the user's data; nil when there is none yet. Nothing is created.
    func existing() throws -> (any UserData)? {
        switch kind {
        case .directory(let stores): try stores.existing().map { stores.userData(in: $0, models: models) }
        case .gateway(let address): GatewayUserData(api: try GatewayAPI(address), zones: zones)
        }
    }

    /// Returns the user's data for a command that needs existing data.
    func needed() throws -> any UserData {
        switch kind {
        case .directory(let stores): stores.userData(in: try stores.needed(), models: models)
        case .gateway(let address): GatewayUserData(api: try GatewayAPI(address), zones: zones)
        }
    }

    /// Returns the user's data. Creates the data directory and the database if they do not exist.
    func created() throws -> any UserData {
        switch kind {
        case .directory(let stores): stores.userData(in: try stores.open(), models: models)
        case .gateway(let address): GatewayUserData(api: try GatewayAPI(address), zones: zones)
        }
    }

    /// Returns the archives of the user's data.
    ///
    /// - Throws: `NoData` when the directory has no data.
    func neededArchives() throws -> any UserArchives {
        switch kind {
        case .directory(let stores):
            guard let directory = try stores.data.existing() else { throw stores.data.noData }
            return try stores.archives(in: directory)
        case .gateway(let address): return GatewayArchives(api: try GatewayAPI(address))
        }
    }

    /// Returns the archives of the user's data. Creates the data directory and the database if they do not exist.
    func createdArchives() throws -> any UserArchives {
        switch kind {
        case .directory(let stores): try stores.archives(in: DataDirectory(creating: stores.data.path))
        case .gateway(let address): GatewayArchives(api: try GatewayAPI(address))
        }
    }

    /// Returns the gateway for work that only a running gateway does: the one that the command line or the environment names, or the one on this
    /// machine.
    func gateway(_ arguments: Arguments) throws -> GatewayAddress {
        switch kind {
        case .gateway(let address): return address
        case .directory(let stores):
            guard !stores.data.isNamed, !stores.namesUser else {
                throw GatewayError("a running gateway imports recordings; give --url in place of --data and --user")
            }
            return try GatewayAddress(arguments)
        }
    }

    /// The owner of the data, for messages.
    var owner: String {
        switch kind {
        case .directory(let stores): "\(stores.user) in \(stores.data.path)"
        case .gateway(let address): "the key's user at \(address.url)"
        }
    }

    /// Returns `message`, or whose conversations there are when the command line names no user and access keys exist.
    func explanation(ofNothing message: String) async throws -> String {
        switch kind {
        case .directory(let stores): try await stores.explanation(ofNothing: message)
        case .gateway: message
        }
    }

    /// Returns the data of the installation; nil when there is none yet. Nothing is created.
    func existingInstallation(_ context: CommandContext) throws -> (any InstallationData)? {
        switch kind {
        case .directory(let stores):
            try stores.existing().map { DirectoryInstallationData($0, in: stores.data, context: context) }
        case .gateway(let address): GatewayInstallationData(api: try GatewayAPI(address))
        }
    }

    /// Returns the data of the installation. Creates the data directory and the database if they do not exist.
    func createdInstallation(_ context: CommandContext) throws -> any InstallationData {
        switch kind {
        case .directory(let stores):
            return DirectoryInstallationData(try stores.open(), in: stores.data, context: context)
        case .gateway(let address): return GatewayInstallationData(api: try GatewayAPI(address))
        }
    }

    /// Returns the error of a key that does not exist.
    func missing(_ key: ID<AccessKey>) -> NoKey {
        NoKey(description: "there is no key \(key) \(text); harken keys list shows the existing keys")
    }

    /// Returns the error of a user of whom nothing is stored.
    func missing(_ user: ID<User>) -> NoKey {
        NoKey(description: "nothing is stored of a user \(user) \(text); harken users list shows the users")
    }

    /// The place, for messages.
    private var text: String {
        switch kind {
        case .directory(let stores): "in \(stores.data.path)"
        case .gateway(let address): "at \(address.url)"
        }
    }
}
