import Gateway
import LocalEngine
import Net
import Protocols
import Speech
import Vendors

/// An engine that a command has recordings recognised by: the local one, or a vendor whose key is in the environment.
struct RecordingEngine {
    /// Those that take recordings, the local one first.
    static let names = [EngineName.local] + vendors.map(\.name)
    private static let vendors = Catalogue.vendors.filter { $0.prerecorded != nil }

    let name: EngineName
    /// nil: the local engine.
    private let vendor: VendorSettings?
    private let models: ModelFolder

    /// - Throws: the vendor's settings are missing or wrong.
    init(_ name: EngineName, environment: [String: String]) throws(UsageError) {
        self.name = name
        models = ModelFolder(environment: environment)
        guard name != .local else {
            vendor = nil
            return
        }
        let configured: [VendorSettings]
        do {
            configured = try OperatorSettings.configuration(file: nil, environment: environment).vendors
        } catch {
            throw (error as? UsageError) ?? UsageError("\(error)")
        }
        guard let settings = configured.first(where: { $0.name == name }) else {
            throw UsageError("the engine \(name) needs a key: set \(name.rawValue.uppercased())_API_KEY")
        }
        vendor = settings
    }

    var isLocal: Bool { vendor == nil }

    /// nil when it cannot be used; the user has been told why.
    func make(for command: CommandDescription, _ surroundings: CommandContext) -> (any PrerecordedEngine)? {
        if let vendor {
            guard let service = Self.vendors.first(where: { $0.name == vendor.name })?.prerecorded, let client = try? HTTPClient() else { return nil }
            return VendorRecognizer(service, settings: vendor, client: client, clock: .system)
        }
        if let missing = models.missing(ModelFolder.Item.recognition).first {
            surroundings.complain(command, "the local engine's models are missing (\(missing)); fetch them with: make setup")
            return nil
        }
        return LocalEngine(models, pool: Processors.count)
    }
}
