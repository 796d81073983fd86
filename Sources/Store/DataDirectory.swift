import Glibc

/// The directory in which one installation keeps its database, its secret and its journals.
package struct DataDirectory: Sendable, Hashable {
    package let path: String

    package var database: String { path + "/harken.db" }
    package var secret: String { path + "/secret" }
    package var audio: String { path + "/audio" }
    package var uploads: String { path + "/uploads" }
    package var transcripts: String { path + "/transcripts" }
    package var results: String { path + "/results" }
    package var journal: String { path + "/journal" }
    package var spool: String { path + "/spool" }
    /// Audio of `harken record` that is not sent yet.
    package var recorder: String { path + "/recorder" }
    /// Unix socket at which a gateway hands over its sockets.
    package var handOver: String { path + "/gateway.sock" }
    /// File of the claim.
    var lock: String { path + "/gateway.lock" }

    /// Creates the directory, for its owner only, if it does not exist, and checks that files can be created in it.
    package init(creating path: String) throws(StoreError) {
        guard !path.isEmpty else { throw .notUsable(path: "\"\"", reason: "the name is empty") }
        self.path = Self.plain(path)
        try Self.makeDirectories(self.path)
        guard access(self.path, R_OK | W_OK | X_OK) == 0 else { throw .failure(self.path) }
    }

    /// Finds the directory of an existing installation, and changes nothing; nil when there is no database.
    package init?(existing path: String) throws(StoreError) {
        guard access(path + "/harken.db", F_OK) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw .failure(path) }
            return nil
        }
        try self.init(creating: path)
    }

    /// Names a directory that may not exist. Nothing is checked.
    package init(unchecked path: String) { self.path = Self.plain(path) }

    private static func plain(_ path: String) -> String { path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path }

    /// Runs `body` while no other process sets up the same directory. The lock is released at the latest when this process ends.
    package func withSetUpLock<Value: ~Copyable>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .failure(path) }
        // A child process that was forked meanwhile may have the folder open too: closing alone would leave it the lock.
        defer {
            flock(descriptor, LOCK_UN)
            close(descriptor)
        }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw .failure(path) }
        }
        return try body()
    }

    /// Number of times, 10 ms apart, that a claim is tried again while commands have turns.
    private static let maxClaimLooks = 3_000

    /// Claims the directory for one gateway. Waits for a command that has its turn. Returns nil when another process has claimed the directory.
    ///
    /// - Throws: `erasing` when commands keep the directory for half a minute.
    package func claim() throws(StoreError) -> DirectoryClaim? {
        let path = lock
        let descriptor = DirectoryOwner.openFile(path, O_RDWR)
        guard descriptor >= 0 else { throw .failure(path) }
        var looks = 0
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            // A gateway does not share its lock, and a command does.
            guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else {
                close(descriptor)
                return nil
            }
            CommandTurn.unlock(descriptor)
            guard looks < Self.maxClaimLooks else {
                close(descriptor)
                throw .erasing(path: self.path)
            }
            looks += 1
            usleep(10_000)
        }
        return DirectoryClaim(descriptor: descriptor)
    }

    /// Asks for a command's turn to change files that a gateway changes too, such as transcripts. Does not wait.
    package func commandTurn() throws(StoreError) -> CommandTurn.Answer {
        guard let shared = try Self.locked(lock, DirectoryOwner.openFile(lock, O_RDWR), LOCK_SH) else { return .gatewayRuns }
        do throws(StoreError) {
            guard DirectoryOwner.makeFolder(transcripts) || errno == EEXIST else { throw .failure(transcripts) }
            let folder = open(transcripts, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard let own = try Self.locked(transcripts, folder, LOCK_EX) else {
                CommandTurn.close(shared)
                return .commandRuns
            }
            return .granted(CommandTurn(descriptors: [own, shared]))
        } catch {
            CommandTurn.close(shared)
            throw error
        }
    }

    /// Locks an open file, without waiting.
    ///
    /// - Parameters:
    ///   - descriptor: the file, which is closed when it cannot be locked; -1: it could not be opened, and `errno` has the reason.
    ///   - lock: `LOCK_SH` or `LOCK_EX`.
    /// - Returns: the descriptor; nil when another process has a lock that excludes this one.
    private static func locked(_ path: String, _ descriptor: Int32, _ lock: Int32) throws(StoreError) -> Int32? {
        guard descriptor >= 0 else { throw .failure(path) }
        guard flock(descriptor, lock | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            guard code == EWOULDBLOCK else { throw .failure(path, code) }
            return nil
        }
        return descriptor
    }

    private static func makeDirectories(_ path: String) throws(StoreError) {
        if mkdir(path, 0o700) == 0 { return try PrivateFile.syncFolder(of: path) }
        switch errno {
        case EEXIST:
            var information = stat()
            guard stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else {
                throw .notUsable(path: path, reason: "the path is not a directory")
            }
        case ENOENT:
            guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
                throw .failure(path, ENOENT)
            }
            try makeDirectories(String(path[..<slash]))
            // `mkdir` is retried once only, because /proc answers ENOENT even when all parents exist.
            if mkdir(path, 0o700) == 0 { return try PrivateFile.syncFolder(of: path) }
            guard errno == EEXIST else { throw .failure(path) }
        case let code: throw .failure(path, code)
        }
    }
}
