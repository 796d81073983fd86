internal import FoundationEssentials
package import Settings
internal import Speech
package import Store

extension PriceTable {
    /// The name of the setting that names the operator's file.
    package static let variable = "HARKEN_PRICES"

    /// Reads the operator's file; without one, uses Harken's own prices.
    package init(_ settings: Settings) throws(ConfigurationError) {
        guard let path = settings[Self.variable] else {
            self = .standard
            // The prices are those of OpenAI's own service. Another server at that setting has its own, or none.
            if settings["OPENAI_BASE_URL"].map({ !$0.contains("api.openai.com") }) ?? false { rates.removeAll { $0.engine == EngineName("openai") } }
            return
        }
        try self.init(file: path)
    }

    /// Reads a price file.
    ///
    /// - Throws: an error that names the file, and the line that is wrong.
    package init(file path: String) throws(ConfigurationError) {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError(Self.variable, "\"\(path)\" cannot be read", accepted: "a file of " + Self.accepted)
        }
        do throws(PriceTableError) {
            try self.init(parsing: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw ConfigurationError(Self.variable, "\(path), line \(error.line) \(error.problem)", accepted: Self.accepted)
        }
    }
}
