/// Policy for bringing journaled bytes to the disk, past the kernel's memory. A killed process loses nothing under any policy. The policy is about
/// losses when the machine loses power.
package enum SyncPolicy: Sendable, Equatable, CustomStringConvertible {
    /// Once in each interval, for all sessions of a loop together: a power cut takes what came since.
    case group(Duration)
    /// Before an engine has the audio and before a client has the words. Each message waits for the disk: for a few sessions on a fast disk.
    case always
    /// The kernel writes when it likes: a power cut may take half a minute.
    case never

    package static let standard = SyncPolicy.group(.milliseconds(200))
    package static let accepted = "group=MILLISECONDSms from group=10ms to group=60000ms, always or never"

    /// `group=200ms`, `group=0.5s`, `always`, `never`.
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

    /// Time that appended bytes may wait to be written.
    package var interval: Duration {
        switch self {
        case .group(let interval): interval
        case .always, .never: .milliseconds(200)
        }
    }
}
