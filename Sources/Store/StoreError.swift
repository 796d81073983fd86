import Glibc

/// The reason why the store cannot do a task. Each description is one line that says what to do next.
package enum StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The data directory or a file in it cannot be made, read or written.
    case notUsable(path: String, reason: String)
    /// The user that runs Harken may not read or write the data directory or a file in it.
    case notPermitted(path: String, reason: String)
    case diskFull(path: String)
    /// The process or the machine was short of open files or memory when a file was to be used, or the system call was interrupted.
    case shortage(path: String, reason: String)
    /// The file is damaged, or is not a database.
    case corrupt(path: String, detail: String)
    /// The database has the schema of a newer version of Harken. The store leaves it unchanged.
    case newerSchema(path: String, found: Int, known: Int)
    /// Another build of Harken has made a step of the database's schema, with other content than this one has. The store leaves it unchanged.
    ///
    /// `detail`: the step, or what is other in the schema.
    case otherSchema(path: String, detail: String)
    /// Another process kept the database locked for longer than the time-out.
    case busy(path: String)
    /// Commands that erase kept the data directory from a gateway for longer than the gateway waits.
    case erasing(path: String)
    /// Keys exist, but the secret that their hashes were made with does not.
    case secretMissing(path: String)
    /// The installation has had keys, but its database has none.
    case keysLost(path: String, marker: String)
    /// The cryptography for access keys does not work.
    case cryptography(String)
    /// A row breaks a rule of the schema, such as a name that is taken.
    case constraint(String)
    /// A text, or a number of rows, exceeds the limits for what clients can make grow.
    case tooMuch(String)
    /// The task conflicts with the present state.
    case conflict(String)
    /// The database's server cannot be reached, does not serve, or its client library is missing.
    case databaseUnavailable(String)
    /// Too many requests wait for the database, or a request has waited for too long. The store has done nothing for the request.
    case overloaded(String)
    /// Too many requests of one user wait for the database, or a request has waited for too long behind others of its user. The database serves other
    /// users; it has done nothing for the request.
    case tooManyOfUser(String)
    /// The database's server has ended a statement that took too long.
    case tooSlow(String)
    /// Any other error that the database's server reports.
    case databaseFailed(String)
    /// The object storage does not answer, or cannot serve now.
    case objectStorageAway(String)
    /// The object storage refuses a request, or its answer is wrong.
    case objectStorage(String)
    /// Any other error that SQLite reports.
    case failed(code: Int, String)

    /// True if the same task may succeed later, because the store cannot be used now.
    package var mayPass: Bool {
        switch self {
        case .busy, .erasing, .diskFull, .shortage, .databaseUnavailable, .overloaded, .tooManyOfUser, .tooSlow, .databaseFailed,
            .objectStorageAway, .failed:
            true
        case .notUsable, .notPermitted, .corrupt, .newerSchema, .otherSchema, .secretMissing, .keysLost, .cryptography, .constraint, .tooMuch,
            .conflict,
            .objectStorage:
            false
        }
    }

    /// Returns the error for a system call on a path that failed with `code`, a value of `errno`.
    package static func failure(_ path: String, _ code: Int32 = errno) -> StoreError {
        let reason = String(cString: strerror(code)).lowercased()
        return switch code {
        case ENOSPC: .diskFull(path: path)
        case EACCES, EPERM, EROFS: .notPermitted(path: path, reason: reason)
        case EMFILE, ENFILE, ENOMEM, EINTR, EAGAIN: .shortage(path: path, reason: reason)
        default: .notUsable(path: path, reason: reason)
        }
    }

    package var description: String {
        switch self {
        case .notUsable(let path, let reason):
            "cannot use \(path): \(reason). Choose another directory with --data"
        case .notPermitted(let path, let reason):
            "cannot use \(path): \(reason). Give the user that runs Harken read and write access, or choose another directory with --data"
        case .diskFull(let path):
            "no space left for \(path). Free space on that disk, or choose a directory on another disk with --data"
        case .shortage(let path, let reason):
            "cannot use \(path) now: \(reason). Try again; if that does not help, raise the limit of open files (LimitNOFILE= of systemd, ulimit -Hn), "
                + "or give the machine more memory"
        case .corrupt(let path, let detail):
            "\(path) is damaged or not a database (\(detail)). Restore it from a copy; without one, save what can be read "
                + "(sqlite3 \(path) .recover | sqlite3 new.db), put new.db in its place, then start again"
        case .newerSchema(let path, let found, let known):
            "\(path) was written by a newer Harken (schema \(found), this one knows \(known)). Install that version, or use another --data"
        case .otherSchema(let path, let detail):
            "\(path) was made by another build of Harken, with another schema (\(detail)). Use that build; to leave it, save the data with it "
                + "(harken export, once for each user), and import it (harken import) with another --data"
        case .busy(let path):
            "\(path) is locked by another process. Stop that process (a backup, an open sqlite3 shell), then try again"
        case .erasing(let path):
            "a harken command has been erasing in \(path) for half a minute. Start again when the command has ended"
        case .secretMissing(let path):
            "\(path) is missing, and without it no key can be checked. Restore it from a copy, or remove the database and keys-exist to begin "
                + "without keys"
        case .keysLost(let path, let marker):
            "\(path) has no access key, but this installation had keys: the database or its log (\(path)-wal) was lost or damaged. Restore both "
                + "from a copy. To continue without the old keys and data on purpose, delete \(marker)"
        case .cryptography(let what):
            "\(what); check that OpenSSL works: openssl rand -hex 8"
        case .constraint(let detail):
            "the store refuses this row: \(detail)"
        case .tooMuch(let detail): detail
        case .conflict(let detail): detail
        case .databaseUnavailable(let detail):
            "the database cannot be used: \(detail)"
        case .overloaded(let detail):
            "too much is asked of the database at a time (\(detail)). Try again in some seconds; if that does not help, send fewer requests at a time, "
                + "or give the database more processors or a faster disk"
        case .tooManyOfUser(let detail):
            "one user asks too much of the database at a time (\(detail)). Try again in some seconds; if that does not help, send fewer requests at a time"
        case .tooSlow(let detail): "a statement took too long: \(detail)"
        case .databaseFailed(let detail): detail
        case .objectStorageAway(let detail):
            "the object storage does not serve: \(detail)"
        case .objectStorage(let detail):
            "the object storage refuses: \(detail)"
        case .failed(let code, let message):
            "SQLite error \(code): \(message)"
        }
    }
}
