import API
import Framing
import Glibc
import Journal
import Live
import Net
import Observability
import Protocols
import Sessions
import Speech
import Store

/// The archives of one user's data in a data directory, with or without a running gateway.
struct DirectoryArchives: UserArchives {
    /// Number of bytes of an archive that are read at a time.
    private static let block = 1 << 18

    let installation: Installation
    let user: ID<User>
    /// The bucket of the blobs; nil when they are in the directory.
    let bucket: String?

    func write(to path: String, withAudio: Bool, wrote: @escaping @Sendable (Int) -> Void) async throws {
        let store = installation.conversations(now: { .now }), blobs = installation.blobs
        // The outbox may have usage that the sums of the days do not have yet.
        try await installation.usage.bookAll()
        let transcripts = TranscriptFolder(in: blobs.transcripts, limits: TranscriptLimits(), log: Log(level: .error))
        let export = UserExport(
            store: store, audio: blobs.audio, ledger: installation.usage, transcripts: transcripts, version: Version.current, now: { .now },
            // A running gateway cuts the audio.
            settleAudio: {})
        guard let source = export.archive(of: user, withAudio: withAudio) else { throw ArchiveError("another archive of \(user) is being written") }
        let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileTreeError("write", path) }
        defer { close(descriptor) }
        while let bytes = try await Self.next(of: source) {
            do throws(SystemError) { try writeAll(bytes.span.bytes, to: descriptor) } catch {
                throw ArchiveError("cannot write \(path): \(SystemError.text(of: error.code))")
            }
            wrote(bytes.count)
            try Task.checkCancellation()
        }
    }

    private static func next(of source: any AnswerSource) async throws(ArchiveError) -> [UInt8]? {
        do throws(APIError) { return try await source.next() } catch { throw ArchiveError(error.message) }
    }

    func importArchive(_ path: String, read: @escaping @Sendable (Int) -> Void) async throws -> [UInt8] {
        if let bucket {
            throw ArchiveError("the audio is in \(bucket), which only a gateway fills: start it, and give its address with --url")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileTreeError("read", path) }
        let file = ReadFile(descriptor: descriptor, read: read), store = installation.conversations(now: { .now })
        let work = UserImport(store: store, audio: installation.blobs.audio, newID: RandomUUID.text, now: { .now }) { user in
            // After a failure the gateway does it when a voice changes.
            try? await VoiceReconciler(store).run(for: user)
        }
        do throws(APIError) {
            let report = try await work.run(
                file, of: user,
                for: UserImport.Caller { _ throws(APIError) in
                    nil
                } check: { () throws(APIError) in
                })
            var json = JSONWriter()
            report.write(to: &json)
            return json.bytes
        } catch {
            throw ArchiveError(error.message)
        }
    }

    /// A file that is read piece by piece.
    private final class ReadFile: BodySource {
        private let descriptor: Int32
        private let noteRead: @Sendable (Int) -> Void

        init(descriptor: Int32, read: @escaping @Sendable (Int) -> Void) {
            self.descriptor = descriptor
            noteRead = read
        }

        deinit { close(descriptor) }

        func next() async throws(APIError) -> [UInt8]? {
            guard !Task.isCancelled else { throw APIError(.unavailable("interrupted")) }
            var bytes = [UInt8](repeating: 0, count: DirectoryArchives.block)
            var count = 0
            repeat { count = read(descriptor, &bytes, bytes.count) } while count < 0 && errno == EINTR
            guard count >= 0 else { throw APIError(.unavailable("the archive cannot be read: \(String(cString: strerror(errno)).lowercased())")) }
            guard count > 0 else { return nil }
            noteRead(count)
            bytes.removeSubrange(count...)
            return bytes
        }
    }
}
