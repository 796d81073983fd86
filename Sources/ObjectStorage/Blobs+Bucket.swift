package import Net
package import Store

extension Blobs {
    /// Makes stores in a bucket. The folders of the data directory have what is not sent yet.
    ///
    /// - Parameter report: called with the reason when a blob could not be sent, and with nil when one was sent again after that.
    package init(
        in directory: DataDirectory, _ settings: BucketSettings, through client: HTTPClient,
        report: @escaping @Sendable (StoreError?) -> Void = { _ in }
    ) {
        let bucket = Bucket(at: settings.address, as: settings.credentials, through: client)
        self.init(in: directory) { folder, name in BucketBlobStore(in: bucket, below: name, folder: folder, report: report) }
    }
}
