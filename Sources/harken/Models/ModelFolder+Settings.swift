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
        self = OperatorSettings.models(settings, environment: environment)
    }
}
