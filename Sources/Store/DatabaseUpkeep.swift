/// The upkeep of the stores' database.
package protocol DatabaseUpkeep: Sendable {
    /// Gathers statistics of the tables, by which the database chooses the order in which a statement reads them. Called once a day. Other writes wait
    /// for milliseconds.
    func gatherStatistics() async throws(StoreError)

    /// Keeps some room on the disk for deletions, if the disk has plenty: a database writes before it has less. Called every minute or so, because a full
    /// disk gives up the room, and a disk that has room again may soon be full.
    func keepRoom() async
}
