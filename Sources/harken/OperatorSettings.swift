import Gateway
import Settings
import Store
import Glibc
import Usage

/// The operator's settings from all sources: options override the environment, and the environment overrides `--config FILE`.
enum OperatorSettings {
    static let config = Option("--config", "FILE", "Reads NAME=value lines from FILE; environment variables override them.")

    /// Reads the gateway's configuration.
    ///
    /// - Parameter given: settings that were given as options, by the names of their variables.
    static func configuration(
        file: String?, environment: [String: String], given: [String: String] = [:]
    ) throws -> GatewayConfiguration {
        var settings = Settings()
        if let file {
            guard let text = TextFile.read(file) else { throw UsageError("--config \(file): \(String(cString: strerror(errno)).lowercased())") }
            settings.merge(try Settings.parse(file: text, named: file))
        }
        settings.merge(environment)
        settings.merge(given)
        guard let home = environment["HOME"] ?? settings["HARKEN_DATA"] else {
            throw UsageError("HOME is not set, so there is no default for --data: give --data DIR")
        }
        return try GatewayConfiguration(settings, home: home, cores: Processors.count, version: Version.current)
    }
    /// Returns the vendors' prices, from the environment or from Harken's own table.
    static func prices(environment: [String: String]) throws(UsageError) -> PriceTable {
        var settings = Settings()
        settings.merge(environment)
        do throws(ConfigurationError) { return try PriceTable(settings) } catch { throw UsageError("\(error)") }
    }
}
