/// The stores of an installation, independent of the back end.
///
/// The store of access keys is separate: only the gateway and `harken keys` open it.
package struct Stores: Sendable {
    package let conversations: any ConversationStores
    package let jobs: any JobQueue
    package let uploads: any UploadStore
    package let chunks: any ChunkStore
    package let usage: any UsageStore
    package let blobs: Blobs
    /// The register of the gateways that use the database; nil when it has one gateway.
    package let replicas: (any ReplicaStore)?
    package let upkeep: any DatabaseUpkeep
    /// The state of the database: usable, or the reason why it is not.
    package let health: StoreHealth

    package init(
        conversations: any ConversationStores, jobs: any JobQueue, uploads: any UploadStore, chunks: any ChunkStore, usage: any UsageStore,
        blobs: Blobs, replicas: (any ReplicaStore)? = nil, upkeep: any DatabaseUpkeep, health: StoreHealth
    ) {
        self.conversations = conversations
        self.jobs = jobs
        self.uploads = uploads
        self.chunks = chunks
        self.usage = usage
        self.blobs = blobs
        self.replicas = replicas
        self.upkeep = upkeep
        self.health = health
    }
}
