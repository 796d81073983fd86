package import Speech

/// An address of a user's own server to which the gateway sends the user's conversations.
package struct UserWebhook: Sendable, Equatable {
    /// The event that is sent.
    package enum Trigger: String, Sendable, CaseIterable {
        /// A conversation is completed.
        case conversation
        /// Segments of a live session have come or changed.
        case transcript

        /// Name of the user's setting that holds the address.
        package var setting: String { "webhook_" + rawValue }
        /// Name of the user's setting that holds the receiver's outage: see `WebhookOutage.stored`.
        package var outageSetting: String { setting + "_outage" }
        /// Name under which the API tells the begin of the outage.
        package var failingName: String { setting + "_failing_since" }
        /// Name of the user's setting that holds the time at which the gateway switched the webhook off.
        package var disabledSetting: String { setting + "_disabled_at" }
    }

    /// Name of the user's setting from which the secret of the user's webhooks is made. The value alone tells nothing about the secret.
    package static let seedSetting = "webhook_seed"
    /// Maximum length of an address, in bytes.
    package static let maxAddress = 2_048

    /// An HTTP or HTTPS URL.
    package var address: String
    /// The failed attempts since the last successful one; nil when the last attempt was successful, or there was none.
    package var outage: WebhookOutage?
    /// Time at which the gateway switched the webhook off; nil: the webhook is on.
    package var disabled: UnixTime?

    package init(address: String, outage: WebhookOutage? = nil, disabled: UnixTime? = nil) {
        self.address = address
        self.outage = outage
        self.disabled = disabled
    }

    /// Reads a webhook from the user's settings; nil when the user has none.
    init?(_ trigger: Trigger, settings: [String: String]) {
        guard let address = settings[trigger.setting] else { return nil }
        self.init(
            address: address, outage: settings[trigger.outageSetting].flatMap { WebhookOutage(stored: $0) },
            disabled: settings[trigger.disabledSetting].flatMap { UnixTime(rfc3339: $0) })
    }

    package var isOn: Bool { disabled == nil }
}
