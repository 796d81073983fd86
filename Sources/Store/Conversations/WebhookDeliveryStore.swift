package import Speech

/// The store of deliveries to users' webhooks. `ConversationUpdate.delivery` adds a delivery, and the deletion of its conversation removes it.
package protocol WebhookDeliveryStore: Sendable {
    /// Takes the delivery that has been due for longest. Other processes do not get the delivery before `until`, so a delivery whose process was
    /// killed is due again then.
    ///
    /// - Parameter except: users whose deliveries are left out.
    /// - Returns: the delivery; nil when none is due.
    func claimDelivery(
        dueBy now: UnixTime, until: UnixTime, except: Set<ID<User>>
    ) async throws(StoreError) -> WebhookDelivery?

    /// Notes a failed attempt. The delivery is due again at `time`.
    func postponeDelivery(_ id: ID<WebhookDelivery>, until time: UnixTime) async throws(StoreError)

    /// Removes a delivery that was made or given up. Does nothing when there is no such delivery.
    func removeDelivery(_ id: ID<WebhookDelivery>) async throws(StoreError)
}
