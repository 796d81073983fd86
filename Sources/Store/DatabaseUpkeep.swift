/// The upkeep of the stores' database.
package protocol DatabaseUpkeep: Sendable {
    /// Gathers statistics of the tables, by which the database chooses the order in which a statement reads them. Called once a day. Other writes wait
    /// for milliseconds.
    func gatherStatistics() async throws(StoreError)
}
