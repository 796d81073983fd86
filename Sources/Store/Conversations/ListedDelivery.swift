package import Speech

/// A delivery to a webhook as a list shows it.
package struct ListedDelivery: Sendable, Equatable {
    package var delivery: WebhookDelivery
    /// Title of the conversation; nil when it has none.
    package var title: String?
    /// Start of the conversation.
    package var started: UnixTime
    /// The reason why the last attempt failed; nil when none has failed.
    package var failure: DeliveryFailure?
    /// Time of the next attempt, when no other delivery of the queue comes first.
    package var due: UnixTime
    /// Time at which the delivery was given up; nil while it waits.
    package var givenUp: UnixTime?

    package init(
        _ delivery: WebhookDelivery, title: String?, started: UnixTime, failure: DeliveryFailure?, due: UnixTime, givenUp: UnixTime?
    ) {
        self.delivery = delivery
        self.title = title
        self.started = started
        self.failure = failure
        self.due = due
        self.givenUp = givenUp
    }
}

/// The selection of deliveries for a list.
package struct DeliveryQuery: Sendable, Equatable {
    /// True: deliveries that were given up; false: deliveries that wait.
    package var isGivenUp: Bool
    /// Value of `DeliveryPage.next` of the previous page; nil to begin with the delivery that was added first.
    package var cursor: String?
    /// Maximum number of deliveries on the page: 1…`ConversationLimits.page`. A value outside is replaced by the nearest one inside.
    package var limit: Int

    package init(isGivenUp: Bool, cursor: String? = nil, limit: Int = 50) {
        self.isGivenUp = isGivenUp
        self.cursor = cursor
        self.limit = limit
    }
}

package struct DeliveryPage: Sendable, Equatable {
    /// Deliveries of the page, in the order in which they were added.
    package var deliveries: [ListedDelivery]
    /// Cursor for the next page; nil when this page is the last.
    package var next: String?
    /// Number of the user's deliveries that wait, and of those that were given up, on all pages.
    package var waiting: Int
    package var givenUp: Int

    package init(deliveries: [ListedDelivery] = [], next: String? = nil, waiting: Int = 0, givenUp: Int = 0) {
        self.deliveries = deliveries
        self.next = next
        self.waiting = waiting
        self.givenUp = givenUp
    }
}
