import Gateway
import LocalEngine
import Settings
import Speech
import Store
import Glibc
import Usage

/// The operator's settings from all sources: options override the environment, and the environment overrides `--config FILE`.
enum OperatorSettings {
    static let config = Option(
        "--config", "FILE", variable: "HARKEN_CONFIG", "Reads NAME=value lines from FILE; environment variables override them.")

    /// Maximum size of the file of settings, in bytes.
    static let maxFile = 1 << 20

    /// A setting that was given as an option.
    struct Given: Sendable {
        /// The name of the setting.
        var name: String
        var value: String
        /// The name of the option.
        var option: String
    }

    /// Reads the settings from all sources.
    static func settings(file: String?, environment: [String: String], given: [Given] = []) throws -> Settings {
        var settings = Settings()
        if let file {
            guard let bytes = TextFile.bytes(file, most: maxFile + 1) else {
                throw UsageError("--config \(file): \(String(cString: strerror(errno)).lowercased())")
            }
            // The beginning alone would leave out settings.
            guard bytes.count <= maxFile else {
                throw UsageError("--config \(file): is larger than \(maxFile >> 20) MiB; give a file of NAME=value lines")
            }
            settings.merge(try SettingsFile(parsing: String(decoding: bytes, as: UTF8.self), named: file))
        }
        settings.merge(environment)
        for one in given { settings.set(one.name, one.value, from: .option(one.option)) }
        if settings[ModelChoice.variable] == nil {
            let choice = ModelChoice(in: models(settings, environment: environment))
            if let text = choice.text { settings.set(ModelChoice.variable, text, from: .file(path: choice.path, line: 1)) }
        }
        if settings[PriceTable.variable] == nil, let file {
            let path = priceFile(beside: file)
            if access(path, F_OK) == 0 { settings.set(PriceTable.variable, path, from: .file(path: path, line: 1)) }
        }
        return settings
    }

    /// The price file that counts without HARKEN_PRICES: `harken.prices` in the folder of the settings file.
    static func priceFile(beside file: String) -> String {
        let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        return folder + "harken.prices"
    }

    /// The folder of models that a gateway with these settings uses.
    static func models(_ settings: Settings, environment: [String: String]) -> ModelFolder {
        guard let models = settings["HARKEN_MODELS"], !models.isEmpty else { return ModelFolder(environment: environment) }
        // No shell replaces the home directory in a file of settings.
        return ModelFolder(models.hasPrefix("~/") ? (environment["HOME"] ?? "") + models.dropFirst() : models)
    }

    /// Reads the gateway's configuration. Errors name the option in place of the setting that it gives.
    static func configuration(file: String?, environment: [String: String], given: [Given] = []) throws -> GatewayConfiguration {
        try configuration(settings(file: file, environment: environment, given: given), environment: environment)
    }

    /// Checks the settings.
    static func configuration(_ settings: Settings, environment: [String: String]) throws -> GatewayConfiguration {
        guard let home = environment["HOME"] ?? settings["HARKEN_DATA"] else {
            throw UsageError("HOME is not set, so there is no default for --data: give --data DIR")
        }
        do throws(ConfigurationError) {
            let configuration = try GatewayConfiguration(settings, home: home, cores: Processors.count, version: Version.current)
            if let zone = configuration.timeZone, SystemTimeZones(environment, chosen: zone).problem != nil {
                throw ConfigurationError(
                    SystemTimeZones.variable, "\"\(zone)\" is not a time zone of this machine (package tzdata)", accepted: TimeZoneName.accepted)
            }
            return configuration
        } catch {
            var error = error
            switch settings.origin(of: error.name) {
            case .option(let name): error.name = name
            // The error names the line of the price file itself.
            case .file(let path, _) where error.name == PriceTable.variable && path == settings[PriceTable.variable]: break
            case .file(let path, let line): error.name = "\(path), line \(line): \(error.name)"
            case .environment, nil: break
            }
            throw error
        }
    }

    /// Returns the vendors' prices, from the environment or from Harken's own table.
    static func prices(environment: [String: String]) throws(UsageError) -> PriceTable {
        var settings = Settings()
        settings.merge(environment)
        do throws(ConfigurationError) { return try PriceTable(settings) } catch { throw UsageError("\(error)") }
    }
}
