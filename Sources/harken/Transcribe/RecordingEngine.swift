import Gateway
import LocalEngine
import Net
import Protocols
import Settings
import Speech
import Vendors

/// The engine that recognises recordings for a command: the local engine, or a vendor whose key is in the environment.
struct RecordingEngine {
    /// Names of the engines that accept recordings, the local one first.
    static let names = [EngineName.local] + vendors.map(\.name)
    private static let vendors = Catalogue.vendors.filter { $0.prerecorded != nil }

    let name: EngineName
    /// Settings of the vendor; nil: the local engine.
    private let vendor: VendorSettings?
    private let models: ModelFolder
    private let languages: LocalLanguages

    /// - Throws: `UsageError` when the vendor's settings are missing or wrong.
    init(_ name: EngineName, environment: [String: String]) throws(UsageError) {
        self.name = name
        models = ModelFolder(environment: environment)
        do { languages = try LocalLanguages(OperatorSettings.settings(file: nil, environment: environment)) } catch { throw UsageError("\(error)") }
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
            throw UsageError("the engine \(name) needs a key: set \(name.keyVariable)")
        }
        vendor = settings
    }

    var isLocal: Bool { vendor == nil }

    /// Makes the engine; nil when it cannot be used, after a message to the user.
    func make(for command: CommandDescription, _ context: CommandContext) -> (any PrerecordedEngine)? {
        if let vendor {
            guard let service = Self.vendors.first(where: { $0.name == vendor.name })?.prerecorded, let client = try? HTTPClient() else { return nil }
            return VendorRecognizer(service, settings: vendor, client: client, clock: .system, integration: "cli")
        }
        if let problem = models.problem(ModelFolder.Item.recognition) {
            context.printError(command, "the local engine cannot be used: \(problem); \(ModelFolder.remedy)")
            return nil
        }
        return local(for: command, context)
    }

    /// Makes the local engine; nil when its models are not installed.
    ///
    /// - Parameter keepAlive: time for which models that nothing uses are kept in memory; nil: they are loaded now, and kept.
    func local(for command: CommandDescription, _ context: CommandContext, keepAlive: Duration? = nil) -> LocalEngine? {
        guard models.problem(ModelFolder.Item.recognition) == nil else { return nil }
        return LocalEngine(models, pool: Processors.count, keepAlive: keepAlive, languages: languages) { failure in
            // A line of progress may stand there.
            if context.diagnostics.isTerminal { context.diagnostics.write("\r\u{1B}[K") }
            context.printError(command, "\(failure.consequence): \(failure.reason)")
        }
    }
}
