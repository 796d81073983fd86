package import Framing
internal import Live
internal import Protocols
internal import Speech
package import Store

extension JSONWriter {
    /// Writes all members of a delivery to a webhook. Times are in UTC, RFC 3339. The address of the webhook is not part of them.
    package mutating func members(of listed: ListedDelivery) {
        let delivery = listed.delivery
        member("id", delivery.id.rawValue)
        member("webhook", delivery.content.trigger.rawValue)
        member("conversation_id", delivery.conversation.rawValue)
        member("title", optional: listed.title)
        member("started_at", listed.started.rfc3339)
        member("failures", delivery.failures)
        member("failing_since", optional: delivery.failingSince?.rfc3339)
        member("next_attempt_at", optional: listed.givenUp == nil ? listed.due.rfc3339 : nil)
        member("given_up_at", optional: listed.givenUp?.rfc3339)
        member("cause", optional: listed.failure?.code)
        if let status = listed.failure?.status { member("receiver_status", status) } else { member("receiver_status", optional: nil) }
        member("reason", optional: listed.failure?.reason)
    }
}
