internal import Admission
internal import Conversations
internal import Framing
package import Recordings
package import Speech
package import Store

/// Takes the archive that `UserExport` makes, while it comes: people, voices, conversations, audio and settings of a user who moves from another gateway.
///
/// Every object keeps its id. An object whose id the user has already is left as it is, so an archive that was taken in part is sent again as a whole.
/// Ids of other users do not matter: they neither stop an object nor show in the answer. Nothing of the archive is billed, no webhook is told of it, and
/// no language model sums it up.
package struct UserImport: Sendable {
    /// Returns the account of a file with audio, for as long as the file comes; nil when files are not accounted for.
    package typealias Room = @Sendable (_ byteCount: Int) throws(APIError) -> DiskHold?

    private let store: any ConversationStores
    private let audio: any BlobStore
    /// Returns a new UUID in lower case.
    private let newID: @Sendable () -> String
    private let documents = DocumentReading()
    /// Users whose archive is being taken.
    private let turns = UserTurns()

    package init(store: any ConversationStores, audio: any BlobStore, newID: @escaping @Sendable () -> String) {
        self.store = store
        self.audio = audio
        self.newID = newID
    }

    /// Takes an archive.
    ///
    /// - Throws: `conflict` while another archive of the same user is taken, and an error when the archive cannot be taken to its end. What was taken
    ///   by then stays.
    package func take(_ body: any BodySource, of user: ID<User>, room: @escaping Room) async throws(APIError) -> ImportReport {
        guard let turn = turns.enter(user) else {
            throw APIError(.conflict, "conflict", "An archive is being taken for you; send this one when that is done.")
        }
        defer { withExtendedLifetime(turn) {} }
        var work = ImportWork(store: store, audio: audio, documents: documents, user: user, newID: newID, room: room)
        var reader = TarReader(maxEntries: ImportWork.maxEntries)
        while let piece = try await body.next() {
            var offset = 0
            while let (event, bytes) = try Self.next(piece, from: &offset, &reader, work.report) { try await work.take(event, bytes) }
        }
        do throws(TarError) { try reader.finish() } catch { throw APIError(error, work.report) }
        return try work.finished()
    }

    /// Returns the next event of a piece, with the bytes of its data.
    ///
    /// - Parameter report: what was taken so far.
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

/// Reads documents one after the other, whichever users they belong to: a large one takes much memory while it is read.
actor DocumentReading {
    func read<Value: Sendable>(
        _ bytes: [UInt8], _ body: @Sendable (JSONView) throws(DocumentFault) -> Value
    ) throws(DocumentFault) -> Value {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: bytes, sizeLimit: ImportWork.maxDocument)
        } catch {
            throw DocumentFault("the file is not JSON")
        }
        return try body(document.root)
    }
}

extension APIError {
    static let badArchive = "bad_archive"

    init(archive message: String) { self.init(.badRequest, Self.badArchive, message) }

    /// - Parameter report: what was taken before the error.
    init(_ error: TarError, _ report: ImportReport) {
        switch error {
        case .notAnArchive, .compressed:
            self.init(archive: "\(error) Send the file harken-export.tar as harken export, or the page's settings, have made it.")
        case .truncated:
            self.init(
                archive: "\(error) \(report.conversations.added) of its conversations were taken. Get the whole archive, and send it again: "
                    + "nothing is taken twice.")
        case .damaged, .unsafeName, .unsupported, .tooLarge, .tooManyEntries:
            self.init(archive: "\(error) What came before was taken. Make the archive anew with harken export.")
        }
    }
}
