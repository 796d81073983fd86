import Glibc
import Speech

/// The time zones of this machine: the files of the package tzdata, and the zone of the machine's own clock.
struct SystemTimeZones {
    /// Variable with the zone of users who have chosen none.
    static let variable = "HARKEN_TIME_ZONE"

    private static let folder = "/usr/share/zoneinfo"
    /// The link to the machine's own zone, and the file that names the zone where the link is a copy.
    private static let clock = "/etc/localtime", clockName = "/etc/timezone"

    let zones: TimeZones
    /// The reason why the machine's own zone is unknown, so that UTC stands in its place; nil: the zone is known, or was chosen.
    let problem: String?

    /// - Parameters:
    ///   - chosen: the zone of users who have chosen none; nil: the machine's own.
    ///   - environment: the process's environment.
    init(_ environment: [String: String], chosen: TimeZoneName? = nil) {
        let folder = environment["TZDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? Self.folder
        let read: @Sendable (TimeZoneName) -> TimeZoneRules? = { Self.rules($0, in: folder) }
        let name = chosen ?? Self.ownName(environment)
        let standard = name.flatMap { TimeZones(read: read)[$0] }
        zones = TimeZones(standard: standard ?? .utc, read: read)
        problem =
            if standard != nil {
                nil
            } else if let name {
                "there are no rules of \(name) in \(folder)"
            } else if let text = environment["TZ"], !text.isEmpty {
                "TZ does not name a zone of \(folder)"
            } else {
                "\(Self.clock) does not name a zone"
            }
    }

    /// Reads the zone of a command: the one that the environment chooses, or the machine's own.
    ///
    /// - Throws: `UsageError` when the chosen zone does not exist.
    static func ofCommand(_ environment: [String: String]) throws(UsageError) -> TimeZones {
        guard let text = environment[variable], !text.isEmpty else { return SystemTimeZones(environment).zones }
        guard let name = TimeZoneName(text), case let found = SystemTimeZones(environment, chosen: name), found.problem == nil else {
            throw UsageError("\(variable): \"\(text)\" is not a time zone of this machine: use \(TimeZoneName.accepted)")
        }
        return found.zones
    }

    /// Returns the rules of a zone; nil when there are none, or the file is invalid.
    private static func rules(_ name: TimeZoneName, in folder: String) -> TimeZoneRules? {
        guard let bytes = TextFile.bytes("\(folder)/\(name)", most: TimeZoneRules.maxFile + 1) else { return nil }
        do throws(TimeZoneFileError) { return try TimeZoneRules(name, file: bytes) } catch { return nil }
    }

    /// Returns the name of the machine's own zone, as the C library chooses it; nil when it has no name.
    private static func ownName(_ environment: [String: String]) -> TimeZoneName? {
        if let text = environment["TZ"], !text.isEmpty { return name(ofVariable: text) }
        if let path = path(of: clock), let name = name(ofFile: path) { return name }
        // A container may have a copy of the file, and nothing says UTC.
        guard let text = TextFile.read(clockName, most: 256) else { return access(clock, F_OK) == 0 ? nil : .utc }
        return TimeZoneName(String(text.prefix { !$0.isNewline }))
    }

    /// Reads the variable TZ: `Europe/Berlin`, `:Europe/Berlin`, or a path. A rule without a name, other than UTC's, is not a zone's name.
    static func name(ofVariable text: String) -> TimeZoneName? {
        let text = text.hasPrefix(":") ? String(text.dropFirst()) : text
        if text == "UTC0" { return .utc }
        return text.hasPrefix("/") ? name(ofFile: text) : TimeZoneName(text)
    }

    /// Returns the name of the zone in a file of the database: what stands behind `zoneinfo/`.
    static func name(ofFile path: String) -> TimeZoneName? {
        guard let found = path.firstRange(of: "/zoneinfo/") else { return nil }
        let name = path[found.upperBound...]
        return TimeZoneName(String(name.hasPrefix("posix/") ? name.dropFirst(6) : name))
    }

    /// Returns the path of a file without links; nil when there is no such file.
    private static func path(of link: String) -> String? {
        guard let path = realpath(link, nil) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }
}
