package import Speech

/// The store of deliveries to users' webhooks. `ConversationUpdate.delivery` adds a delivery, and the deletion of its conversation removes it.
///
/// The deliveries of a queue are made in the order in which they were added: only the first one that waits is ever claimed.
package protocol WebhookDeliveryStore: Sendable {
    /// Takes the delivery that has been due for longest among the first ones of all queues. Other processes do not get the delivery before `until`,
    /// so a delivery whose process was killed is due again then. Deliveries of users who are being deleted are left out.
    ///
    /// - Parameters:
    ///   - except: queues whose deliveries are left out.
    ///   - onlyUntried: true if only a delivery is taken of which no attempt has failed.
    /// - Returns: the delivery; nil when none is due.
    func claimDelivery(
        dueBy now: UnixTime, until: UnixTime, except: Set<WebhookQueue>, onlyUntried: Bool
    ) async throws(StoreError) -> WebhookDelivery?

    /// Adds a delivery that is due at `time`.
    ///
    /// - Returns: false when the user has no such conversation.
    func add(_ delivery: WebhookDelivery, due time: UnixTime) async throws(StoreError) -> Bool

    /// Notes a failed attempt. The delivery is due again at `time`.
    func postponeDelivery(
        _ id: ID<WebhookDelivery>, until time: UnixTime, after failure: DeliveryFailure, at now: UnixTime
    ) async throws(StoreError)

    /// Notes that a delivery is not tried again by itself. A failure of an attempt counts as a failed attempt.
    ///
    /// - Returns: false when there is no such delivery.
    @discardableResult
    func giveUpDelivery(_ id: ID<WebhookDelivery>, after failure: DeliveryFailure, at now: UnixTime) async throws(StoreError) -> Bool

    /// Gives up all deliveries of a queue that wait, because the webhook is off. A delivery that has failed keeps its own failure.
    func giveUpDeliveries(of queue: WebhookQueue, at now: UnixTime) async throws(StoreError)

    /// Returns true if a delivery waits.
    func waits(_ id: ID<WebhookDelivery>) async throws(StoreError) -> Bool

    /// Returns true if a delivery of the queue waits.
    func hasWaiting(in queue: WebhookQueue) async throws(StoreError) -> Bool

    /// Removes a delivery that was made or is not wanted any more. Does nothing when there is no such delivery.
    func removeDelivery(_ id: ID<WebhookDelivery>) async throws(StoreError)

    // MARK: For the user

    /// Returns a page of the user's deliveries.
    func deliveries(_ query: DeliveryQuery, of user: ID<User>) async throws(StoreError) -> DeliveryPage

    /// Returns the content of one of the user's deliveries; nil when the user has no such delivery.
    func content(of id: ID<WebhookDelivery>, of user: ID<User>) async throws(StoreError) -> WebhookDelivery.Content?

    /// Lets deliveries that were given up wait again, due at `now`, with all their attempts. They keep their place in the queue.
    ///
    /// - Parameters:
    ///   - id: the only delivery that is meant, which may also wait; nil: all that were given up.
    ///   - contents: those whose webhooks are on. Other deliveries stay as they are: they would be given up at once.
    /// - Returns: the number of deliveries.
    func sendAgain(
        _ id: ID<WebhookDelivery>?, in contents: Set<WebhookDelivery.Content>, of user: ID<User>, at now: UnixTime
    ) async throws(StoreError) -> Int

    /// Lets the deliveries of a queue that were given up since `time` wait again, as `sendAgain` does. Those that wait are due at `now`, too.
    ///
    /// - Parameter time: nil for none of those that were given up.
    func sendAgain(givenUpSince time: UnixTime?, in queue: WebhookQueue, at now: UnixTime) async throws(StoreError)

    /// Removes a delivery that waits or was given up.
    ///
    /// - Returns: false when the user has no such delivery.
    func removeDelivery(_ id: ID<WebhookDelivery>, of user: ID<User>) async throws(StoreError) -> Bool
}
