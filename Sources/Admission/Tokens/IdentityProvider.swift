import Net
package import Settings

/// An OpenID Connect provider that vouches for users. The operator names the provider.
package struct IdentityProvider: Sendable, Equatable {
    /// The issuer, exactly as the provider's tokens name it: `https://securetoken.google.com/PROJECT`.
    package var issuer: String
    /// Accepted audiences. A token must be meant for one of them.
    package var audiences: [String]
    /// URL of the provider's keys; nil when the provider's discovery document names the URL.
    package var keysURL: String?

    /// Reads the provider from the settings; nil when the settings name no issuer.
    package init?(_ settings: Settings) throws(ConfigurationError) {
        let audience = "HARKEN_OIDC_AUDIENCE"
        guard let issuer = settings["HARKEN_OIDC_ISSUER"] else {
            for name in [audience, "HARKEN_OIDC_JWKS_URL"] where settings[name] != nil {
                throw ConfigurationError(name, "has no effect without HARKEN_OIDC_ISSUER", accepted: "both, or neither")
            }
            return nil
        }
        self.issuer = try Self.checked("HARKEN_OIDC_ISSUER", issuer)
        audiences = settings.list(audience) ?? []
        guard !audiences.isEmpty else {
            throw ConfigurationError(
                audience, "is missing, but HARKEN_OIDC_ISSUER is set",
                accepted: "the audience of the tokens, such as the project's name; several with commas")
        }
        if let url = settings["HARKEN_OIDC_JWKS_URL"] { keysURL = try Self.checked("HARKEN_OIDC_JWKS_URL", url) }
    }

    private static func checked(_ name: String, _ url: String) throws(ConfigurationError) -> String {
        guard isTrusted(url) else {
            throw ConfigurationError(name, "\"\(url)\" cannot be trusted", accepted: "an https:// address, or http:// on this machine")
        }
        return url
    }

    /// Returns true if the connection to this URL protects its answers from changes on the way.
    static func isTrusted(_ url: String) -> Bool {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return false }
        if url.hasPrefix("https://") { return url.count > "https://".count }
        guard url.hasPrefix("http://") else { return false }
        return LoopbackHost.matches(authority: url.dropFirst("http://".count).prefix { $0 != "/" })
    }

    /// URL of the provider's discovery document: OpenID Connect Discovery 1.0, section 4.
    package var discoveryURL: String { issuer + (issuer.hasSuffix("/") ? "" : "/") + ".well-known/openid-configuration" }
}
