package import RecordingAssembly
package import Settings

extension RateLimiter.Settings {
    package init(_ settings: Settings) throws(ConfigurationError) {
        let text = settings["RATE_LIMIT_BOOST"] ?? "1"
        guard let boost = Double(text), (0.001...1_000).contains(boost) else {
            throw ConfigurationError("RATE_LIMIT_BOOST", "\"\(text)\" is not a valid factor", accepted: "a number from 0.001 to 1000")
        }
        self.init(
            boost: boost, exempt: Set(settings.list("RATE_LIMIT_BOOST_EXEMPT") ?? []),
            isShadow: try settings.boolean("RATE_LIMIT_SHADOW_MODE", default: false))
    }
}
