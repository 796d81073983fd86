internal import Admission
internal import Conversations
internal import Framing
package import Recordings
package import Speech
package import Store

/// Imports the archive that `UserExport` makes, while it comes: people, voices, conversations, audio and settings of a user who moves from another
/// gateway.
///
/// Every object keeps its id. An object whose id the user has already is left as it is, so an archive that was imported in part is sent again as a
/// whole. Ids of other users do not matter: they neither stop an object nor show in the answer. An import is not billed, calls no webhook, and asks
/// no language model.
package struct UserImport: Sendable {
    /// Work of an import that depends on its caller.
    package struct Caller: Sendable {
        /// Returns the account of disk space for bytes that come; nil when space is not accounted for.
        let room: @Sendable (_ byteCount: Int) throws(APIError) -> DiskHold?
        /// Throws when the caller may not go on.
        let check: @Sendable () async throws(APIError) -> Void

        package init(
            room: @escaping @Sendable (_ byteCount: Int) throws(APIError) -> DiskHold?,
            check: @escaping @Sendable () async throws(APIError) -> Void
        ) {
            self.room = room
            self.check = check
        }
    }

    private let store: any ConversationStores
    private let audio: any BlobStore
    /// Returns a new UUID in lower case.
    private let newID: @Sendable () -> String
    private let now: @Sendable () -> UnixTime
    /// Makes the user's voices agree.
    private let reconcileVoices: @Sendable (ID<User>) async -> Void
    private let documents = DocumentReading()
    /// Users whose archive is being imported.
    private let turns = UserTurns()

    package init(
        store: any ConversationStores, audio: any BlobStore, newID: @escaping @Sendable () -> String, now: @escaping @Sendable () -> UnixTime,
        reconcileVoices: @escaping @Sendable (ID<User>) async -> Void
    ) {
        self.store = store
        self.audio = audio
        self.newID = newID
        self.now = now
        self.reconcileVoices = reconcileVoices
    }

    /// Imports an archive.
    ///
    /// - Throws: `conflict` while another archive of the same user is imported, and an error when the archive cannot be imported to its end. The
    ///   objects that were imported by then stay.
    package func run(_ body: any BodySource, of user: ID<User>, for caller: Caller) async throws(APIError) -> ImportReport {
        guard let turn = turns.enter(user) else {
            throw APIError(.conflict, "conflict", "An archive is being imported for you; send this one when that is done.")
        }
        defer { withExtendedLifetime(turn) {} }
        let target = try await APIError.stored { () throws(StoreError) in try await store.beginImport(of: user) }
        guard let target else { throw .userDeleted }
        var work = ImportWork(store: store, audio: audio, documents: documents, target: target, caller: caller, newID: newID, now: now)
        do throws(APIError) {
            let report = try await read(body, &work)
            await reconcile(user, after: report)
            return report
        } catch {
            await reconcile(user, after: work.report)
            throw error
        }
    }

    private func read(_ body: any BodySource, _ work: inout ImportWork) async throws(APIError) -> ImportReport {
        var reader = TarReader(maxEntries: ImportWork.maxEntries)
        while let piece = try await body.next() {
            var offset = 0
            while let (event, bytes) = try Self.next(piece, from: &offset, &reader, work.report) { try await work.add(event, bytes) }
        }
        do throws(TarError) { try reader.finish() } catch { throw APIError(error, work.report) }
        return try work.finished()
    }

    private func reconcile(_ user: ID<User>, after report: ImportReport) async {
        if report.people.added + report.voices.added + report.samples.added > 0 { await reconcileVoices(user) }
    }

    /// Returns the next event of a piece, with the bytes of its data.
    ///
    /// - Parameter report: the objects that are imported so far.
    private static func next(
        _ piece: [UInt8], from offset: inout Int, _ reader: inout TarReader, _ report: @autoclosure () -> ImportReport
    ) throws(APIError) -> (TarEvent, [UInt8])? {
        do throws(TarError) {
            guard let event = try reader.next(piece.span.bytes, from: &offset) else { return nil }
            guard case .data(let bytes) = event else { return (event, []) }
            return (event, bytes.array(in: piece.span.bytes))
        } catch {
            throw APIError(error, report())
        }
    }
}

extension APIError {
    static let badArchive = "bad_archive"

    init(archive message: String) { self.init(.badRequest, Self.badArchive, message) }

    /// The error of an import whose user was deleted.
    static var userDeleted: APIError { APIError(.conflict, "user_deleted", "The user is deleted, so nothing more is imported.") }

    /// - Parameter report: the objects that were imported before the error.
    init(_ error: TarError, _ report: ImportReport) {
        switch error {
        case .notAnArchive, .compressed:
            self.init(archive: "\(error) Send the file harken-export.tar as harken export, or the page's settings, have made it.")
        case .truncated:
            self.init(
                archive: "\(error) \(report.conversations.added) of its conversations are imported. Get the whole archive, and send it again: "
                    + "every object is imported once.")
        case .damaged, .unsafeName, .unsupported, .tooLarge, .tooManyEntries:
            self.init(archive: "\(error) The objects before that are imported. Make the archive again with harken export.")
        }
    }
}
