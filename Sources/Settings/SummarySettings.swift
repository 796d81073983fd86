package import Protocols

/// The language model that summarizes conversations: a server of OpenAI's chat completions. Used only when the operator names one.
package struct SummarySettings: Sendable, Equatable {
    /// The server's address, `https://HOST/v1`.
    package var address: String
    package var model: String
    /// The server's key; nil: the server needs none.
    package var credential: Credential?
    package var timeout: Duration

    /// Returns nil when the operator names no language model.
    package init?(_ settings: Settings) throws(ConfigurationError) {
        let address = "HARKEN_LLM_BASE_URL", model = "HARKEN_LLM_MODEL", key = "HARKEN_LLM_API_KEY"
        timeout = try settings.seconds("HARKEN_LLM_SECONDS", in: 1...120, default: 20)
        guard let named = settings[address] else {
            for other in [model, key] where settings[other] != nil {
                throw ConfigurationError(address, "is missing, but \(other) is set", accepted: "the server's address, such as https://HOST/v1")
            }
            return nil
        }
        do throws(VendorAddressError) {
            self.address = try VendorAddress.http(named, standard: "")
        } catch {
            throw ConfigurationError(address, "\"\(error.text)\" has no scheme", accepted: VendorAddressError.accepted)
        }
        guard let name = settings[model] else {
            throw ConfigurationError(model, "is missing, but \(address) is set", accepted: "the name of a model of that server")
        }
        self.model = name
        credential = try settings.key(key)
    }
}
