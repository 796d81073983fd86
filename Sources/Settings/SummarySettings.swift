package import Protocols

/// The language model that sums conversations up: a server of OpenAI's chat completions. Only when the operator names one.
package struct SummarySettings: Sendable, Equatable {
    /// `https://HOST/v1`.
    package var address: String
    package var model: String
    /// nil: the server wants none.
    package var credential: Credential?
    package var timeout: Duration

    /// nil: there is none.
    package init?(_ settings: Settings) throws(ConfigurationError) {
        let address = "HARKEN_LLM_BASE_URL", model = "HARKEN_LLM_MODEL", key = "HARKEN_LLM_API_KEY"
        timeout = try settings.seconds("HARKEN_LLM_SECONDS", in: 1...120, default: 20)
        guard let named = settings[address] else {
            for other in [model, key] where settings[other] != nil {
                throw ConfigurationError(address, "is missing beside \(other)", accepted: "the server's address, such as https://HOST/v1")
            }
            return nil
        }
        do throws(VendorAddress.Fault) {
            self.address = try VendorAddress.http(named, standard: "")
        } catch {
            throw ConfigurationError(address, "\"\(error.text)\" has no scheme", accepted: VendorAddress.Fault.accepted)
        }
        guard let name = settings[model] else {
            throw ConfigurationError(model, "is missing beside \(address)", accepted: "the name of a model of that server")
        }
        self.model = name
        credential = settings[key].map { Credential($0) }
    }
}
