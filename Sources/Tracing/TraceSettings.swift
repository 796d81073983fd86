package import Framing

/// The destination of spans, read from OpenTelemetry's own variables.
///
/// Source: OpenTelemetry "OTLP Exporter Configuration", "Environment Variable Specification", "Resource SDK".
package struct TraceSettings: Sendable, Equatable {
    /// The variables that are read; OpenTelemetry's other variables have no effect.
    package static let names: Set<String> = [
        endpoint, tracesEndpoint, "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_PROTOCOL",
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", exporter, disabled, serviceName,
        resourceAttributes,
    ]

    private static let endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"
    private static let tracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
    private static let exporter = "OTEL_TRACES_EXPORTER"
    private static let disabled = "OTEL_SDK_DISABLED"
    private static let serviceName = "OTEL_SERVICE_NAME"
    private static let resourceAttributes = "OTEL_RESOURCE_ATTRIBUTES"

    package var url: String
    /// Headers of requests, with the collector's credentials; never logged.
    package var headers: HTTPHeaders
    package var timeout: Duration
    package var resource: TraceResource

    package init(url: String, headers: HTTPHeaders = [:], timeout: Duration = .seconds(10), resource: TraceResource = TraceResource()) {
        self.url = url
        self.headers = headers
        self.timeout = timeout
        self.resource = resource
    }

    /// - Parameters:
    ///   - version: Harken's version.
    ///   - value: returns the value of a variable; nil when the variable is not set or empty.
    /// - Returns: nil when no endpoint is set, or tracing is switched off.
    package static func read(version: String, _ value: (String) -> String?) throws(TraceSettingsError) -> TraceSettings? {
        if let text = value(disabled) {
            switch text.lowercased() {
            case "true": return nil
            case "false": break
            case _: throw TraceSettingsError(name: disabled, problem: "is neither true nor false", accepted: "true or false")
            }
        }
        switch value(exporter)?.lowercased() {
        case nil, "otlp": break
        case "none": return nil
        case .some: throw TraceSettingsError(name: exporter, problem: "names an exporter that is not supported", accepted: "otlp or none")
        }
        guard let url = try address(value) else { return nil }
        try checkProtocol(value)
        var settings = TraceSettings(url: url)
        settings.headers = try headers(value)
        settings.timeout = try timeout(value)
        settings.resource["telemetry.sdk.name"] = "harken"
        settings.resource["telemetry.sdk.language"] = "swift"
        settings.resource["telemetry.sdk.version"] = version
        settings.resource["service.name"] = "harken"
        settings.resource["service.version"] = version
        for (key, text) in try pairs(resourceAttributes, value(resourceAttributes)) { settings.resource[key] = text }
        if let name = value(serviceName) { settings.resource["service.name"] = name }
        return settings
    }

    private static func address(_ value: (String) -> String?) throws(TraceSettingsError) -> String? {
        if let text = value(tracesEndpoint) { return try checked(text, tracesEndpoint) }
        guard let text = value(endpoint) else { return nil }
        var base = try checked(text, endpoint)
        while base.hasSuffix("/") { base.removeLast() }
        return base + "/v1/traces"
    }

    private static func checked(_ text: String, _ name: String) throws(TraceSettingsError) -> String {
        let accepted = "http://HOST[:PORT][/PATH] or https://…"
        guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else {
            throw TraceSettingsError(name: name, problem: "is not an http or https address", accepted: accepted)
        }
        let rest = text.dropFirst(scheme.count)
        let host = rest.prefix { $0 != "/" }
        guard !host.contains("@") else {
            throw TraceSettingsError(
                name: name, problem: "contains a credential", accepted: accepted + "; put credentials into OTEL_EXPORTER_OTLP_HEADERS")
        }
        guard !host.isEmpty, host.first != ":", text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !rest.contains("?"), !rest.contains("#") else {
            throw TraceSettingsError(name: name, problem: "is not a usable address", accepted: accepted)
        }
        return text
    }

    private static func checkProtocol(_ value: (String) -> String?) throws(TraceSettingsError) {
        for name in ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"] {
            guard let text = value(name) else { continue }
            guard text == "http/json" else {
                throw TraceSettingsError(name: name, problem: "is not a supported protocol", accepted: "http/json, or unset")
            }
            return
        }
    }

    private static func timeout(_ value: (String) -> String?) throws(TraceSettingsError) -> Duration {
        for name in ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"] {
            guard let text = value(name) else { continue }
            guard let milliseconds = Int64(text), (1...600_000).contains(milliseconds) else {
                throw TraceSettingsError(name: name, problem: "is not a valid time", accepted: "milliseconds from 1 to 600000")
            }
            return .milliseconds(milliseconds)
        }
        return .seconds(10)
    }

    private static func headers(_ value: (String) -> String?) throws(TraceSettingsError) -> HTTPHeaders {
        var headers: HTTPHeaders = [:]
        for name in ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"] {
            for (key, text) in try pairs(name, value(name)) {
                guard isToken(key), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                    throw TraceSettingsError(
                        name: name, problem: "has characters that no header has", accepted: "NAME=VALUE with commas, values percent-encoded")
                }
                headers.set(key, text)
            }
        }
        return headers
    }

    private static func isToken(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// Reads `NAME=VALUE` pairs, separated by commas, as in W3C's baggage.
    private static func pairs(_ name: String, _ text: String?) throws(TraceSettingsError) -> [(key: String, value: String)] {
        var pairs: [(key: String, value: String)] = []
        for (index, entry) in (text ?? "").split(separator: ",").enumerated() {
            let entry = entry.trimmingBlanks
            if entry.isEmpty { continue }
            let key = entry.prefix { $0 != "=" }.trimmingBlanks
            guard !key.isEmpty, key.endIndex < entry.endIndex, let equals = entry.firstIndex(of: "="),
                let decoded = try? PercentCoding.decode(entry[entry.index(after: equals)...].trimmingBlanks)
            else {
                throw TraceSettingsError(
                    name: name, problem: "entry \(index + 1) is not NAME=VALUE", accepted: "NAME=VALUE with commas, values percent-encoded")
            }
            pairs.append((String(key), decoded))
        }
        return pairs
    }
}

/// Hides the values of headers in every printed form.
extension TraceSettings: CustomStringConvertible, CustomReflectable {
    package var description: String { "traces to \(url)" }
    package var customMirror: Mirror { Mirror(self, children: ["url": url]) }
}

/// An invalid variable. Never shows the variable's value, which may be a secret.
package struct TraceSettingsError: Error, Sendable, Equatable {
    package var name: String
    package var problem: String
    package var accepted: String
}
