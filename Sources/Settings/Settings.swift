internal import Framing
package import Protocols
package import Speech

/// Named values from the environment, a file or flags, read with checks. Later sources win over earlier ones.
package struct Settings: Sendable {
    /// The names of all settings. Harken ignores other names.
    package static let known = Set(SettingTable.all.map(\.name))

    /// The origin of a setting's value.
    package enum Origin: Sendable, Equatable, CustomStringConvertible {
        case environment
        case file(path: String, line: Int)
        /// An option of the command line: `--listen`.
        case option(String)

        package var description: String {
            switch self {
            case .environment: "environment"
            case .file(let path, let line): "\(path), line \(line)"
            case .option(let name): name
            }
        }
    }

    private var values: [String: String] = [:]
    private var origins: [String: Origin] = [:]

    package init() {}

    /// Adds values, which replace earlier ones. Empty values count as absent.
    package mutating func merge(_ source: [String: String]) {
        for (name, value) in source { set(name, value, from: .environment) }
    }

    /// Adds the values of a file, which replace earlier ones. Empty values count as absent.
    package mutating func merge(_ file: SettingsFile) {
        for line in file.lines { set(line.name, line.value, from: .file(path: file.path, line: line.number)) }
    }

    /// Sets a value, in place of an earlier one. Unknown names and empty values are ignored. Blanks and line ends around a value are dropped.
    package mutating func set(_ name: String, _ value: String, from origin: Origin) {
        guard Self.known.contains(name), !value.isEmpty else { return }
        let core = value.trimmingSurroundings
        // A value of blanks stays, and is refused by its check.
        values[name] = core.isEmpty ? value : core
        origins[name] = origin
    }

    /// Returns the origin of a setting's value; nil when the setting is not set.
    package func origin(of name: String) -> Origin? { origins[name] }

    /// Returns names of the environment that look like misspelt settings, each with the setting that may be meant.
    package static func misspelt(in environment: [String: String]) -> [(name: String, meant: String)] {
        // OpenTelemetry has more variables than Harken reads.
        let prefixes = Set(known.compactMap { $0.split(separator: "_").first.map { $0 + "_" } }).subtracting(["OTEL_"])
        return environment.keys.sorted().compactMap { name in
            guard !known.contains(name), !commandVariables.contains(name), let prefix = prefixes.first(where: { name.hasPrefix($0) }) else {
                return nil
            }
            let own = String(name.dropFirst(prefix.count))
            let others = known.filter { $0.hasPrefix(prefix) }.sorted().map { String($0.dropFirst(prefix.count)) }
            return Suggestion.nearest(to: own, among: others).map { (name, prefix + $0) }
        }
    }

    /// Variables that commands read, and that are not settings of the gateway.
    private static let commandVariables: Set<String> = ["HARKEN_URL", "HARKEN_KEY", "HARKEN_CA"]

    /// Checks that every value is a text of one line. Secrets, and variables that other programs read too, are checked where they are used.
    ///
    /// Without this check, an error that shows one value could show the next line's value, which may be a key.
    package func checkLines() throws(ConfigurationError) {
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            guard SettingTable[name]?.isSecret == false, !["AWS_", "OTEL_"].contains(where: { name.hasPrefix($0) }) else { continue }
            guard !value.trimmingSurroundings.isEmpty else { throw ConfigurationError(name, "has only blanks", accepted: "a value, or unset it") }
            guard !value.contains(where: \.isNewline) else {
                throw ConfigurationError(name, "has more than one line", accepted: "a value in one line")
            }
        }
    }

    package subscript(_ name: String) -> String? { values[name] }

    package func list(_ name: String) -> [String]? {
        values[name]?.split(separator: ",").map { String($0.trimmingSurroundings) }.filter { !$0.isEmpty }
    }

    /// Returns a key; nil when the setting is missing. Errors do not show the key.
    package func key(_ name: String) throws(ConfigurationError) -> Credential? {
        guard let text = values[name] else { return nil }
        do throws(KeyText.Flaw) { return Credential(try KeyText(text)) } catch {
            throw ConfigurationError(name, "\(error)", accepted: KeyText.accepted)
        }
    }

    package func integer(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws(ConfigurationError) -> Int {
        guard let text = values[name] else { return standard }
        guard let value = Int(text), range.contains(value) else {
            throw ConfigurationError(name, "\"\(text)\" is not usable", accepted: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// Returns the users whom `…_SHARE` (a percentage) and `…_USERS` (ids with commas) name; all users when neither is set.
    package func userShare(_ prefix: String) throws(ConfigurationError) -> UserShare {
        let users = Set(list(prefix + "_USERS") ?? [])
        guard let text = values[prefix + "_SHARE"] else { return UserShare(prefix, share: users.isEmpty ? 1 : 0, users: users) }
        guard let percent = Double(text), (0...100).contains(percent) else {
            throw ConfigurationError(prefix + "_SHARE", "\"\(text)\" is not a valid share", accepted: "a percentage from 0 to 100")
        }
        return UserShare(prefix, share: percent / 100, users: users)
    }

    /// - Parameter orZero: true if 0 is accepted too, with the meaning "never".
    package func seconds(
        _ name: String, in range: ClosedRange<Double>, orZero: Bool = false, default standard: Double
    ) throws(ConfigurationError) -> Duration {
        .seconds(try number(name, in: range, orZero: orZero, accepted: "seconds") ?? standard)
    }

    /// Returns how many times faster than real time something may be, 1 to 100; nil: not set.
    package func speed(_ name: String) throws(ConfigurationError) -> Double? { try number(name, in: 1...100, accepted: "a number") }

    private func number(
        _ name: String, in range: ClosedRange<Double>, orZero: Bool = false, accepted: String
    ) throws(ConfigurationError) -> Double? {
        guard let text = values[name] else { return nil }
        guard let value = Double(text), range.contains(value) || orZero && value == 0 else {
            let also = orZero ? ", or 0" : ""
            let numbers = "from \(range.lowerBound) to \(range.upperBound)\(also)"
            throw ConfigurationError(name, "\"\(text)\" is not usable", accepted: "\(accepted) \(numbers)")
        }
        return value
    }

    /// Returns a time with its unit, such as `90s`, `5m` or `1h`; nil when the setting is missing or 0, which means "never".
    package func duration(_ name: String, in range: ClosedRange<Duration>) throws(ConfigurationError) -> Duration? {
        guard let text = values[name], text != "0" else { return nil }
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Double(text.dropLast()), (0...1e9).contains(count),
            range.contains(.seconds(count * unit))
        else {
            throw ConfigurationError(
                name, "\"\(text)\" is not usable",
                accepted:
                    "a time such as 30s, 5m or 1h, from \(range.lowerBound.components.seconds)s to \(range.upperBound.components.seconds)s, or 0")
        }
        return .seconds(count * unit)
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
