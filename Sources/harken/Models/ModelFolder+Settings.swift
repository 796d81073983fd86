import LocalEngine
import Settings

extension ModelFolder {
    /// Makes the folder that a gateway with these settings uses.
    ///
    /// - Parameter configFile: the file of settings; nil when only the environment counts.
    init(configFile: String?, environment: [String: String]) throws(UsageError) {
        let settings: Settings
        do { settings = try OperatorSettings.settings(file: configFile, environment: environment) } catch {
            throw (error as? UsageError) ?? UsageError("\(error)")
        }
        guard let models = settings["HARKEN_MODELS"], !models.isEmpty else {
            self.init(environment: environment)
            return
        }
        // No shell replaces the home directory in a file of settings.
        self.init(models.hasPrefix("~/") ? (environment["HOME"] ?? "") + models.dropFirst() : models)
    }
}
