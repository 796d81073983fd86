internal import FoundationEssentials
package import Settings
package import Store

extension PriceTable {
    /// Reads the operator's file; without one, uses Harken's own prices.
    package init(_ settings: Settings) throws(ConfigurationError) {
        guard let path = settings["HARKEN_PRICES"] else {
            self = .standard
            return
        }
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError("HARKEN_PRICES", "\"\(path)\" cannot be read", accepted: "a file of " + Self.accepted)
        }
        do throws(PriceTableError) {
            try self.init(parsing: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw ConfigurationError("HARKEN_PRICES", "\(path), line \(error.line) \(error.problem)", accepted: Self.accepted)
        }
    }
}
