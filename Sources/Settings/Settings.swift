internal import Protocols
internal import Tracing

/// Named values from the environment, a file or flags, read with checks. Later sources win over earlier ones.
package struct Settings: Sendable {
    /// The names of all settings, including those that every vendor has. Harken ignores other names.
    package static let known = Catalogue.vendors.reduce(names.union(TraceSettings.names)) { $0.union($1.variables) }

    private static let names: Set<String> = [
        "HARKEN_LISTEN", "HARKEN_DATA", "HARKEN_DATABASE_URL", "HARKEN_LOG", "HARKEN_ENGINES", "HARKEN_MODE", "HARKEN_VOTE_SECONDS",
        "HARKEN_SHADOW_SHARE", "HARKEN_STALL_SECONDS",
        "HARKEN_REPAIR_SECONDS", "HARKEN_MODELS", "HARKEN_CACHE", "HARKEN_OIDC_ISSUER", "HARKEN_OIDC_AUDIENCE", "HARKEN_OIDC_JWKS_URL",
        "HARKEN_LOOPS", "HARKEN_DRAIN_SECONDS", "HARKEN_TLS_CERT", "HARKEN_TLS_KEY", "HARKEN_MAX_CONNECTIONS",
        "HARKEN_MAX_CONNECTIONS_PER_ADDRESS", "HARKEN_JOURNAL_BYTES",
        "HARKEN_FSYNC", "HARKEN_TRANSCRIPT_COUNT", "HARKEN_TRANSCRIPT_BYTES", "HARKEN_TRANSCRIPT_DAYS",
        "HARKEN_UPLOAD_BYTES", "HARKEN_RECORDING_BYTES", "HARKEN_RECORDING_HOURS", "HARKEN_COMPRESSION", "HARKEN_FETCH_URLS", "HARKEN_CORS_ORIGINS",
        "HARKEN_MAX_SESSION_SECONDS", "HARKEN_ALLOW_PLAIN_TOKENS",
        "HARKEN_TRUSTED_PROXIES", "HARKEN_METRICS_LISTEN", "HARKEN_METRICS_KEY", "HARKEN_SPOOL_BYTES", "HARKEN_USER_SPOOL_BYTES",
        "HARKEN_USER_UPLOAD_BYTES", "HARKEN_UPLOADS_PER_KEY", "HARKEN_FREE_DISK_BYTES", "HARKEN_WRONG_KEY_SECONDS",
        "HARKEN_CREDIT_WARNINGS", "HARKEN_MAX_SESSIONS_PER_USER", "HARKEN_GATE", "HARKEN_GATE_THRESHOLD", "HARKEN_GATE_HANGOVER_SECONDS",
        "HARKEN_AUDIO_DAYS", "HARKEN_LLM_BASE_URL", "HARKEN_LLM_API_KEY", "HARKEN_LLM_MODEL", "HARKEN_LLM_SECONDS", "HARKEN_PRICES",
        "HARKEN_USER_DAY_SECONDS", "HARKEN_USER_MONTH_USD", "HARKEN_KEY_DAY_SECONDS", "HARKEN_KEY_MONTH_USD",
        "HARKEN_PROFILE_FIRST", "RATE_LIMIT_BOOST", "RATE_LIMIT_BOOST_EXEMPT", "RATE_LIMIT_SHADOW_MODE",
        "ASSEMBLYAI_BACKGROUND_STT_ENABLED", "ASSEMBLYAI_BACKGROUND_STT_WORKLOADS", "ASSEMBLYAI_BACKGROUND_PROVIDER_MODE",
        "ASSEMBLYAI_PRERECORDED_STT_ENABLED", "ASSEMBLYAI_PRERECORDED_STT_WORKLOADS", "ASSEMBLYAI_PRERECORDED_STT_FALLBACK_ENABLED",
        "ASSEMBLYAI_PRERECORDED_STT_FALLBACK_WORKLOADS", "ASSEMBLYAI_STT_MODEL", "ASSEMBLYAI_POLL_INTERVAL_SECONDS",
        "ASSEMBLYAI_MAX_POLL_SECONDS", "ASSEMBLYAI_SMOKE_AUDIO_URL", "OPENAI_STT_MODEL",
    ]

    private var values: [String: String] = [:]

    package init() {}

    /// Adds values, which replace earlier ones. Empty values count as absent.
    package mutating func merge(_ source: [String: String]) {
        for (name, value) in source where Self.known.contains(name) && !value.isEmpty { values[name] = value }
    }

    /// Reads `NAME=value` lines. Skips blank lines and lines that begin with `#`; a value may be in quotes.
    package static func parse(file text: String, named path: String) throws(ConfigurationError) -> [String: String] {
        var values: [String: String] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmed
            if line.isEmpty || line.first == "#" { continue }
            let place = "\(path), line \(index + 1)"
            guard let equals = line.firstIndex(of: "=") else {
                throw ConfigurationError(place, "is not NAME=value", accepted: "NAME=value, a blank line, or # and a comment")
            }
            let name = String(line[..<equals].trimmed)
            guard known.contains(name) else {
                throw ConfigurationError(place, "\(name) is not a setting of Harken", accepted: "one of the names that docs/operating.md lists")
            }
            var value = line[line.index(after: equals)...].trimmed
            if value.count >= 2, let quote = value.first, quote == value.last, quote == "\"" || quote == "'" { value = value.dropFirst().dropLast() }
            values[name] = String(value)
        }
        return values
    }

    package subscript(_ name: String) -> String? { values[name] }

    package func list(_ name: String) -> [String]? {
        values[name]?.split(separator: ",").map { String($0.trimmed) }.filter { !$0.isEmpty }
    }

    package func integer(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws(ConfigurationError) -> Int {
        guard let text = values[name] else { return standard }
        guard let value = Int(text), range.contains(value) else {
            throw ConfigurationError(name, "\"\(text)\" is not usable", accepted: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// - Parameter orZero: true if 0 is accepted too, with the meaning "never".
    package func seconds(
        _ name: String, in range: ClosedRange<Double>, orZero: Bool = false, default standard: Double
    ) throws(ConfigurationError) -> Duration {
        guard let text = values[name] else { return .seconds(standard) }
        guard let value = Double(text), range.contains(value) || orZero && value == 0 else {
            let also = orZero ? ", or 0" : ""
            throw ConfigurationError(name, "\"\(text)\" is not usable", accepted: "seconds from \(range.lowerBound) to \(range.upperBound)\(also)")
        }
        return .seconds(value)
    }

    package func boolean(_ name: String, default standard: Bool) throws(ConfigurationError) -> Bool {
        switch values[name]?.lowercased() {
        case nil: standard
        case "true", "1", "yes", "on": true
        case "false", "0", "no", "off": false
        case .some(let text): throw ConfigurationError(name, "\"\(text)\" is neither true nor false", accepted: "true or false")
        }
    }
}

extension StringProtocol {
    fileprivate var trimmed: SubSequence {
        let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        guard let first = firstIndex(where: { !blank($0) }), let last = lastIndex(where: { !blank($0) }) else { return self[endIndex...] }
        return self[first...last]
    }
}
