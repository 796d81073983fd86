internal import Speech
internal import Store

/// Sends the blobs of a folder to a bucket, and removes from the folder what the bucket has.
///
/// The latest content of a name wins, and a deletion is final: a blob that is deleted while it is sent is deleted in the bucket after that.
actor BlobUploads {
    private let folder: FolderBlobStore
    private let bucket: Bucket
    private let prefix: String
    private let report: @Sendable (StoreError?) -> Void
    /// Time between two looks at the folder while blobs wait there.
    private static let retries = RetrySchedule(first: [.seconds(1), .seconds(2), .seconds(5)], then: .seconds(15))

    private struct Sending {
        /// Changes with each put and each deletion of the name.
        var change = 0
        var task: Task<Void, Never>?
    }
    /// By name, for names that are being sent.
    private var sending: [BlobName: Sending] = [:]
    /// Number of puts that write a name's content into the folder now.
    private var writers: [BlobName: Int] = [:]
    /// Removals of sent contents from the folder. A put waits for them: its content would be removed.
    private var removals: [BlobName: Task<Void, Never>] = [:]
    private var isAway = false
    private var retry: Task<Void, Never>?

    init(from folder: FolderBlobStore, to bucket: Bucket, below prefix: String, report: @escaping @Sendable (StoreError?) -> Void) {
        self.folder = folder
        self.bucket = bucket
        self.prefix = prefix
        self.report = report
    }

    deinit { retry?.cancel() }

    /// Puts a blob into the folder, and sends it. Returns after the first attempt to send it; at once while the bucket is away.
    ///
    /// - Parameter write: writes the content into the folder.
    func put<Value: Sendable>(
        _ name: BlobName, _ write: @Sendable () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        while let removal = removals[name] { await removal.value }
        let value = try await written(name, write)
        let attempt = begin(name)
        if !isAway { await attempt.value }
        return value
    }

    private func written<Value: Sendable>(
        _ name: BlobName, _ write: @Sendable () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        writers[name, default: 0] += 1
        defer { if let count = writers[name] { writers[name] = count > 1 ? count - 1 : nil } }
        return try await write()
    }

    /// Sends all blobs of the folder, without waiting for them.
    func sendAll() { retryLater(after: .zero) }

    /// Deletes a blob from the folder and the bucket.
    func delete(_ name: BlobName) async throws(StoreError) {
        sending[name]?.change += 1
        try await folder.delete(name)
        // A content on its way would come after the deletion.
        while let task = sending[name]?.task { await task.value }
        try await bucket.delete(prefix + name.text)
    }

    private func begin(_ name: BlobName) -> Task<Void, Never> {
        sending[name, default: Sending()].change += 1
        if let task = sending[name]?.task { return task }
        let task = Task { await self.attempt(name) }
        sending[name]?.task = task
        return task
    }

    /// Sends a blob until the bucket has its latest content, or an attempt fails.
    private func attempt(_ name: BlobName) async {
        while let change = sending[name]?.change {
            do throws(StoreError) {
                // The link keeps the content that is sent when another one takes the name.
                guard let link = try await folder.link(to: name) else { break }
                try await bucket.put(link.path, as: prefix + name.text)
                withExtendedLifetime(link) {}
            } catch {
                failed(error)
                break
            }
            succeeded()
            guard sending[name]?.change == change else { continue }
            await remove(name)
            guard sending[name]?.change != change else { break }
        }
        sending[name] = nil
    }

    /// Removes a sent content from the folder, unless another one is being written.
    private func remove(_ name: BlobName) async {
        guard writers[name] == nil else { return }
        let removal = Task { [folder, report] in
            do throws(StoreError) { try await folder.delete(name) } catch { report(error) }
        }
        removals[name] = removal
        await removal.value
        removals[name] = nil
    }

    private func succeeded() {
        guard isAway else { return }
        isAway = false
        report(nil)
    }

    private func failed(_ error: StoreError) {
        if !isAway { report(error) }
        isAway = true
        retryLater(after: .seconds(1))
    }

    private func retryLater(after pause: Duration) {
        guard retry == nil else { return }
        retry = Task { [weak self] in
            var attempts = 0, pause = pause
            while (try? await Task.sleep(for: pause)) != nil, let self, await self.sendsOne() {
                attempts += 1
                pause = Self.retries.wait(after: attempts)
            }
            await self?.retried()
        }
    }

    private func retried() { retry = nil }

    /// Sends the blobs that wait, one after the other, until an attempt fails.
    ///
    /// - Returns: true when blobs are left.
    private func sendsOne() async -> Bool {
        guard let waiting = try? await folder.all() else { return true }
        for blob in waiting {
            await begin(blob.name).value
            if let left = try? await folder.find(blob.name), left == blob { return true }
        }
        return false
    }
}
