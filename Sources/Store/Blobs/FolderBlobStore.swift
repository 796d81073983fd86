internal import Dispatch
internal import Glibc
internal import Speech

/// A store whose blobs are the files of a folder. A blob's name is its file's name.
///
/// Drafts are files of the same folder with names that no blob has, so that putting them is a renaming. The disk work is done on threads of its own.
package final class FolderBlobStore: BlobStore {
    package let location: String
    private let queue = DispatchQueue(label: "harken.blobs", qos: .utility, attributes: .concurrent)

    private static let draftSuffix = ".draft"

    /// - Parameter folder: path of the folder. It is created, for its owner only, by `prepare` or with the first draft.
    package init(_ folder: String) { location = folder }

    private func path(of name: BlobName) -> String { location + "/" + name.text }

    // MARK: - Writing

    package func makeDraft() async throws(StoreError) -> BlobDraft {
        try await queue.work { [self] () throws(StoreError) in
            let (draft, descriptor) = try openDraft()
            close(descriptor)
            return draft
        }
    }

    package func put(_ path: String, as name: BlobName) async throws(StoreError) -> Int {
        try await queue.work { [self] () throws(StoreError) in try take(path, as: name) }
    }

    package func put(_ content: [UInt8], as name: BlobName) async throws(StoreError) {
        try await queue.work { [self] () throws(StoreError) in
            let (draft, descriptor) = try openDraft()
            defer { close(descriptor) }
            // The release of the draft removes the file, which could change the reason of an error before it is read.
            defer { withExtendedLifetime(draft) {} }
            guard PrivateFile.writeAll(content, to: descriptor) else { throw .failure(path(of: name)) }
            try finish(draft, descriptor, as: name)
        }
    }

    package func delete(_ names: [BlobName]) async throws(StoreError) {
        try await queue.work { [self] () throws(StoreError) in
            var last: String?
            for path in names.map(path) {
                if unlink(path) == 0 { last = path } else if errno != ENOENT { throw .failure(path) }
            }
            if let last { try PrivateFile.syncFolder(of: last) }
        }
    }

    package func prepare() async throws(StoreError) {
        try await queue.work { [self] () throws(StoreError) in
            try makeFolder()
            for name in try files() where name.hasPrefix(".") && name.hasSuffix(Self.draftSuffix) { unlink(location + "/" + name) }
        }
    }

    private func makeFolder() throws(StoreError) {
        if DirectoryOwner.makeFolder(location) { return try PrivateFile.syncFolder(of: location) }
        guard errno == EEXIST else { throw .failure(location) }
    }

    private func draftPath() -> String { "\(location)/.\(String(UInt64.random(in: 0 ... .max), radix: 36))\(Self.draftSuffix)" }

    private func openDraft() throws(StoreError) -> (BlobDraft, Int32) {
        try makeFolder()
        let path = draftPath()
        let descriptor = DirectoryOwner.openFile(path, O_WRONLY | O_EXCL)
        guard descriptor >= 0 else { throw .failure(location) }
        return (BlobDraft(path: path, on: queue), descriptor)
    }

    private func take(_ path: String, as name: BlobName) throws(StoreError) -> Int {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .failure(path) }
        defer { close(descriptor) }
        let status = try Self.status(of: descriptor, path)
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notUsable(path: path, reason: "the path is not a file") }
        try makeFolder()
        DirectoryOwner(of: location)?.give(descriptor)
        guard fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0 else { throw .failure(path) }
        if rename(path, self.path(of: name)) == 0 {
            try PrivateFile.syncFolder(of: self.path(of: name))
        } else {
            // The file may be on another file system than the folder.
            guard errno == EXDEV else { throw .failure(self.path(of: name)) }
            let (draft, copy) = try openDraft()
            defer { close(copy) }
            try Self.copy(descriptor, to: copy, path)
            try finish(draft, copy, as: name)
            unlink(path)
        }
        return Int(status.st_size)
    }

    /// Moves a written draft to its name.
    private func finish(_ draft: BlobDraft, _ descriptor: Int32, as name: BlobName) throws(StoreError) {
        defer { withExtendedLifetime(draft) {} }
        let path = path(of: name)
        guard fsync(descriptor) == 0, rename(draft.path, path) == 0 else { throw .failure(path) }
        try PrivateFile.syncFolder(of: path)
    }

    private static func copy(_ source: Int32, to target: Int32, _ path: String) throws(StoreError) {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = Glibc.read(source, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count == 0 { return }
            guard count > 0, PrivateFile.writeAll(Array(buffer[..<count]), to: target) else { throw .failure(path) }
        }
    }

    /// Makes a draft of a blob's content without a copy: a second name of the file. Nobody may write the draft.
    ///
    /// - Returns: nil when there is no such blob.
    package func link(to name: BlobName) async throws(StoreError) -> BlobDraft? {
        try await queue.work { [self] () throws(StoreError) in
            let draft = draftPath()
            guard Glibc.link(path(of: name), draft) == 0 else {
                if errno == ENOENT { return nil }
                throw .failure(path(of: name))
            }
            return BlobDraft(path: draft, on: queue)
        }
    }

    // MARK: - Reading

    /// Opens a draft for reading.
    package func reader(of draft: BlobDraft) async throws(StoreError) -> any BlobReader {
        try await queue.work { [self] () throws(StoreError) in
            guard let reader = try reader(at: draft.path, nil) else { throw .failure(draft.path, ENOENT) }
            return reader
        }
    }

    package func find(_ name: BlobName) async throws(StoreError) -> StoredBlob? {
        try await queue.work { [self] () throws(StoreError) in try stored(name) }
    }

    package func file(of name: BlobName) async throws(StoreError) -> BlobFile? {
        try await queue.work { [self] () throws(StoreError) in try stored(name).map { _ in BlobFile(path: path(of: name)) } }
    }

    package func read(_ name: BlobName, _ range: Range<Int>?) async throws(StoreError) -> (any BlobReader)? {
        try await queue.work { [self] () throws(StoreError) in try reader(at: path(of: name), range) }
    }

    /// Opens a file for reading; returns nil when there is none.
    private func reader(at path: String, _ range: Range<Int>?) throws(StoreError) -> FolderBlobReader? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .failure(path)
        }
        do throws(StoreError) {
            let status = try Self.status(of: descriptor, path)
            guard status.st_mode & S_IFMT == S_IFREG else { throw .notUsable(path: path, reason: "the path is not a file") }
            let whole = 0..<Int(status.st_size)
            return FolderBlobReader(descriptor, path: path, range?.clamped(to: whole) ?? whole, on: queue)
        } catch {
            close(descriptor)
            throw error
        }
    }

    package func list(prefix: String, after: BlobName?, limit: Int) async throws(StoreError) -> [StoredBlob] {
        try await queue.work { [self] () throws(StoreError) in
            let names = try files().compactMap { name in name.hasPrefix(prefix) ? BlobName(name) : nil }
            var page: [StoredBlob] = []
            for name in names.filter({ name in after.map { $0 < name } ?? true }).sorted() {
                guard page.count < limit else { break }
                if let stored = try stored(name) { page.append(stored) }
            }
            return page
        }
    }

    /// Returns the names of all files in the folder, in no order.
    private func files() throws(StoreError) -> [String] {
        guard let folder = opendir(location) else {
            if errno == ENOENT { return [] }
            throw .failure(location)
        }
        defer { closedir(folder) }
        var names: [String] = []
        while true {
            // An error is told from the folder's end by `errno` alone.
            errno = 0
            guard let entry = readdir(folder) else {
                guard errno == 0 else { throw .failure(location) }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    private func stored(_ name: BlobName) throws(StoreError) -> StoredBlob? {
        var status = stat()
        guard lstat(path(of: name), &status) == 0 else {
            if errno == ENOENT { return nil }
            throw .failure(path(of: name))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        let changed = UnixTime(milliseconds: Int64(status.st_mtim.tv_sec) * 1_000 + Int64(status.st_mtim.tv_nsec) / 1_000_000)
        return StoredBlob(name: name, byteCount: Int(status.st_size), changed: changed)
    }

    private static func status(of descriptor: Int32, _ path: String) throws(StoreError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .failure(path) }
        return status
    }
}
