import Protocols
import Speech
import Store

/// The state of a user's webhook, without its address, which may have credentials.
struct WebhookState: Sendable {
    var trigger: UserWebhook.Trigger
    /// Since when the receiver takes nothing; nil when its last delivery was made.
    var failingSince: UnixTime?
    /// Time at which the gateway switched the webhook off; nil: it is on.
    var disabled: UnixTime?

    /// Returns a line about what is wrong; nil when nothing is.
    func note(in zone: TimeZoneRules) -> String? {
        let name = "the \(trigger.rawValue) webhook"
        if let disabled {
            return "\(name) was switched off \(zone.shortText(of: disabled)), because its receiver took nothing for 24 hours; set \(trigger.setting) "
                + "again to switch it on, and what waits is sent"
        }
        return failingSince.map { "the receiver of \(name) takes nothing since \(zone.shortText(of: $0)); it is tried for 24 hours" }
    }
}

/// The error of a command that needs a webhook that is on.
struct NoWebhook: Error, CustomStringConvertible {
    let description: String

    /// - Parameter content: what the webhook gets; nil for any webhook.
    init(_ content: WebhookDelivery.Content? = nil) {
        description =
            content.map { "the \($0.rawValue) webhook is not on; set its address first" } ?? "no webhook is on; set the address of one first"
    }
}
