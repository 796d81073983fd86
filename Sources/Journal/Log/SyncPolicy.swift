/// The time at which journaled bytes are brought from the kernel's memory to the disk. A killed process loses nothing under any policy; the policy
/// matters when the machine loses power.
package enum SyncPolicy: Sendable, Equatable, CustomStringConvertible {
    /// Once in each interval, for all sessions of a loop together. A power cut loses the bytes since the last sync.
    case group(Duration)
    /// Before an engine gets the audio and before a client gets the words. Each message waits for the disk: for a few sessions on a fast disk.
    case always
    /// At the kernel's own time. A power cut may lose half a minute.
    case never

    package static let standard = SyncPolicy.group(.milliseconds(200))
    package static let accepted = "group=MILLISECONDSms from group=10ms to group=60000ms, always or never"

    /// Parses `group=200ms`, `group=0.5s`, `group`, `always` or `never`; nil for other texts.
    package init?(_ text: String) {
        switch text.lowercased() {
        case "always": self = .always
        case "never": self = .never
        case "group": self = .standard
        case let group where group.hasPrefix("group="):
            let length = group.dropFirst(6)
            let unit = length.hasSuffix("ms") ? 1.0 : length.hasSuffix("s") ? 1_000.0 : 0
            guard unit > 0, let number = Double(length.dropLast(unit == 1 ? 2 : 1)), (10...60_000).contains(number * unit) else { return nil }
            self = .group(.milliseconds(Int64((number * unit).rounded())))
        case _: return nil
        }
    }

    package var description: String {
        switch self {
        case .group(let interval): "group=\(interval.components.seconds * 1_000 + interval.components.attoseconds / 1_000_000_000_000_000)ms"
        case .always: "always"
        case .never: "never"
        }
    }

    /// Maximum time that appended bytes wait before they are written.
    package var interval: Duration {
        switch self {
        case .group(let interval): interval
        case .always, .never: .milliseconds(200)
        }
    }
}
