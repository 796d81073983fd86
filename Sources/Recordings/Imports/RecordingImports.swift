package import Admission
package import Conversations
internal import Engines
internal import Framing
internal import Live
package import Net
package import Protocols
package import Speech
package import Store

/// Recordings that users import: takes files in, and lists, cancels and repeats the jobs that make conversations of them.
///
/// A user's file is known by its content: sent again, it is answered with its job, as long as the job's conversation exists.
package struct RecordingImports: Sendable {
    /// A job with what is known of it.
    package struct Standing: Sendable {
        package var job: TranscriptionJob
        package var order: ImportOrder
        /// The job's report; nil while the job is not over.
        package var report: WorkloadReport?
        /// The job's conversation; nil when there is none yet, or none any more.
        package var conversation: ID<Conversation>?
    }

    /// Reason why a job is not ordered again.
    package enum RetryError: Error, Sendable, Equatable {
        case notFound
        /// The job has not failed, and nothing else of its file was asked for than what was heard.
        case notFailed
        /// The file was kept for a day after it came, and is gone.
        case fileGone
        case request(RequestError)
    }

    /// Maximum number of attempts to order a job while the same file comes in other requests.
    private static let maxAttempts = 4

    private let services: RecordingServices

    package init(_ services: RecordingServices) { self.services = services }

    // MARK: Taking in

    /// Takes in the file of a request: its body, or the field `file` of a form.
    ///
    /// - Returns: the job. The file and the job survive a power cut.
    package func accept(
        _ exchange: HTTPExchange, _ caller: AuthenticatedCaller, id: String, by grant: Grant
    ) async throws(RequestError) -> Standing {
        let query = exchange.request.query, limit = services.settings.recordingBytes ?? UploadFolder.maxByteCount
        let file: SpooledFile?, sent: String?, parameters: ImportParameters
        if exchange.request.headers["Content-Type"]?.lowercased().hasPrefix("multipart/form-data") == true {
            let form = try await UploadForm.read(
                exchange, fileField: "file", spool: services.spool, id: id, limits: .init(body: limit), by: caller.caller)
            (file, sent, parameters) = (form.file, form.files.first?.name, ImportParameters(query, form.fields))
        } else {
            file = try await exchange.spoolBody(to: services.spool, id: id, limit: limit, by: caller.caller)
            (sent, parameters) = (nil, ImportParameters(query))
        }
        guard let file else { throw .badRequest("The form has no file in a field \"file\".") }
        guard file.byteCount > 0 else { throw .badRequest("The file is empty.") }
        let zones = services.conversations.timeZones
        let zone = try await RequestError.orStored { () throws(StoreError) in try await zones.zone(of: caller.user) }
        let choices = try parameters.choices(in: zone, of: zones.zones, now: services.now())
        let engines = EngineChoice.engines(of: exchange.request)
        // An order that no engine can carry out is refused at once; the engines are chosen when the job's turn comes.
        var options = RecognitionOptions(language: choices.language)
        _ = try grant.engines(for: &options, named: engines)
        let name = ImportOrder.shown(parameters.text("name") ?? sent ?? "", limit: ConversationLimits.name)
        let order = ImportOrder(
            name: name, digest: file.digest, byteCount: file.byteCount, conversation: ID(services.newID()), choices: choices)
        return try await add(order, file, caller, grant, engines)
    }

    private func add(
        _ order: ImportOrder, _ file: SpooledFile, _ caller: AuthenticatedCaller, _ grant: Grant, _ engines: [EngineName]
    ) async throws(RequestError) -> Standing {
        let id = Self.name(of: order.digest, caller.user)
        for _ in 0..<Self.maxAttempts {
            let known = try await RequestError.orStored { () throws(StoreError) in
                try await answerable(id, order.choices, of: caller.user)
            }
            if let known { return known }
            try await removeFile(of: id, caller.user)
            let upload = services.newID()
            try await services.runner.uploads.keep(file, id: upload, user: caller.user, now: services.now())
            let job = TranscriptionJob(
                id: id, dialect: ImportJobs.dialect, user: caller.user, key: caller.caller.grant?.key, created: services.now(),
                request: order.text, audio: upload, engines: engines, ownKeys: Array(grant.keys.engines))
            do throws(StoreError) {
                guard try await services.runner.order(job, keys: grant.keys, services) else { throw StoreError.tooMuch("jobs") }
                return Standing(job: job, order: order)
            } catch {
                await services.runner.uploads.remove(upload, of: caller.user)
                switch error {
                case .tooMuch: throw .tooManyRequests(retryAfter: .seconds(60))
                // The same file came in another request meanwhile.
                case .constraint: continue
                case _: throw RequestError(error)
                }
            }
        }
        throw .tooManyRequests(retryAfter: .seconds(5))
    }

    /// Returns the job for a user's file: the same content has the same job.
    private static func name(of digest: String, _ user: ID<User>) -> ID<TranscriptionJob> {
        let content = Array("\(ImportJobs.dialect)\n\(digest)\n\(user.rawValue)".utf8)
        return ID(String(SHA256.digest(content).hexadecimal.prefix(32)))
    }

    /// Returns the job that answers a file that is sent again; nil when the file must be heard again: its job has failed or was cancelled, its
    /// conversation is gone, or something else of the file is to be heard than what was heard.
    private func answerable(
        _ id: ID<TranscriptionJob>, _ choices: ImportOrder.Choices, of user: ID<User>
    ) async throws(StoreError) -> Standing? {
        guard let known = try await standing(id, of: user) else { return nil }
        // A request that names no track wants no other one.
        let tracks: TrackChoice? = choices.tracks == .usual ? nil : choices.tracks
        if known.job.status.isOver, known.hasMore(in: tracks, separatesChannels: choices.separatesChannels) { return nil }
        switch known.job.status {
        case .queued, .processing: return known
        case .error: return nil
        case .deleted:
            // The job is only taken from the list when it has come to its end.
            return try await services.conversations.store.status(of: known.order.conversation, of: user) == .completed ? known : nil
        case .completed:
            guard let report = known.report, report.failed.isEmpty else { return nil }
            return report.conversations.isEmpty || known.conversation != nil ? known : nil
        }
    }

    /// Removes the file of a job that is over, so that the same file, which has come again, has its room. The job itself stays until the new one takes
    /// its place.
    private func removeFile(of id: ID<TranscriptionJob>, _ user: ID<User>) async throws(RequestError) {
        let old = try await RequestError.orStored { () throws(StoreError) in try await services.runner.jobs.find(id, of: user)?.job }
        guard let old, old.status.isOver, !old.audio.isEmpty else { return }
        await services.runner.uploads.remove(old.audio, of: user)
    }

    // MARK: Reading

    /// Returns a user's import, one that was taken from the list included; nil when there is none.
    private func standing(_ id: ID<TranscriptionJob>, of user: ID<User>) async throws(StoreError) -> Standing? {
        guard let job = try await services.runner.jobs.find(id, of: user)?.job, job.dialect == ImportJobs.dialect else { return nil }
        return try await standing(of: job)
    }

    private func standing(of job: TranscriptionJob) async throws(StoreError) -> Standing? {
        guard let order = ImportOrder(job.request) else { return nil }
        var standing = Standing(job: job, order: order)
        if job.status == .completed { standing.report = try await services.runner.jobs.raw(job.id, of: job.user).flatMap(WorkloadReport.init) }
        let made: ID<Conversation>? = job.status == .deleted ? order.conversation : standing.report?.conversations.first.map { ID($0) }
        if let made, try await services.conversations.store.status(of: made, of: job.user) != nil { standing.conversation = made }
        return standing
    }

    /// Returns a user's import in the list; nil when there is none.
    package func find(_ id: ID<TranscriptionJob>, of user: ID<User>) async throws(StoreError) -> Standing? {
        guard let found = try await standing(id, of: user), found.job.status != .deleted else { return nil }
        return found
    }

    /// Returns a page of a user's imports, the newest first, and the cursor of the next page; nil when this page is the last one.
    ///
    /// - Parameter cursor: the cursor; nil: the first page.
    package func list(
        of user: ID<User>, limit: Int, before cursor: ID<TranscriptionJob>?
    ) async throws(StoreError) -> (imports: [Standing], next: ID<TranscriptionJob>?) {
        var imports: [Standing] = [], cursor = cursor
        repeat {
            // One job more than the page shows tells whether there are more.
            let found = try await services.runner.jobs.list(
                of: user, dialect: ImportJobs.dialect, TranscriptionJobQuery(limit: limit + 1, before: cursor))
            for job in found.prefix(limit) where job.status != .deleted {
                if let standing = try await standing(of: job) { imports.append(standing) }
            }
            cursor = found.count > limit ? found[limit - 1].id : nil
        } while imports.isEmpty && cursor != nil
        return (imports, cursor)
    }

    /// Returns how far the recognition of an import has come; nil when this gateway does not work on it now.
    package func progress(of standing: Standing) -> JobProgress.Reach? { services.runner.progress[standing.job.id] }

    // MARK: Changing

    /// Cancels an import, and removes its file and the conversation that it has begun. An import that is over is only taken from the list: its
    /// conversation stays.
    ///
    /// - Returns: false when there is no such import.
    package func cancel(_ id: ID<TranscriptionJob>, of user: ID<User>) async throws(StoreError) -> Bool {
        guard let found = try await find(id, of: user) else { return false }
        // The order stays: it tells which conversation the file has.
        guard
            let job = try await services.runner.jobs.delete(id, of: user, dialect: ImportJobs.dialect, leaving: found.job.request),
            job.status != .deleted
        else { return false }
        await services.runner.cancel(id)
        await services.runner.uploads.remove(job.audio, of: user)
        if !job.status.isOver { await ImportJobs.abandon(found.order, of: user, services) }
        return true
    }

    /// Orders an import again, with the file that it has: one that has failed, or one of whose file something else is to be heard. The conversation of
    /// what was heard stays.
    ///
    /// - Parameters:
    ///   - tracks: the sound tracks to hear in place of those that were heard; nil: the same again.
    ///   - separatesChannels: true: each channel is heard by itself; false: the channels are mixed; nil: as before.
    package func retry(
        _ id: ID<TranscriptionJob>, tracks: TrackChoice?, separatesChannels: Bool?, _ caller: AuthenticatedCaller, by grant: Grant
    ) async throws(RetryError) -> Standing {
        let user = caller.user
        let found = try await Self.asked { () throws(RequestError) in
            try await RequestError.orStored { () throws(StoreError) in try await find(id, of: user) }
        }
        guard let found else { throw .notFound }
        let isOther = found.job.status == .completed && found.hasMore(in: tracks, separatesChannels: separatesChannels)
        guard found.hasFailed || isOther else { throw .notFailed }
        var order = found.order
        order.choices = found.choices(hearing: tracks, separatesChannels: separatesChannels)
        let isThere = try await Self.asked { () throws(RequestError) in try await services.runner.uploads.has(found.job.audio, of: user) }
        guard isThere else { throw .fileGone }
        // The conversation of a first attempt that has failed was removed.
        order.conversation = ID(services.newID())
        let job = TranscriptionJob(
            id: id, dialect: ImportJobs.dialect, user: user, key: caller.caller.grant?.key, created: found.job.created, request: order.text,
            audio: found.job.audio, engines: found.job.engines, ownKeys: Array(grant.keys.engines))
        _ = try await Self.asked { () throws(RequestError) in
            var options = order.options
            return try grant.engines(for: &options, named: job.engines)
        }
        do throws(StoreError) {
            // The job that has failed stays until this one takes its place.
            guard try await services.runner.order(job, keys: grant.keys, services) else { throw StoreError.tooMuch("jobs") }
            return Standing(job: job, order: order)
        } catch {
            switch error {
            case .tooMuch: throw .request(.tooManyRequests(retryAfter: .seconds(60)))
            // Another request has begun it again meanwhile.
            case .constraint: throw .notFailed
            case _: throw .request(RequestError(error))
            }
        }
    }

    private static func asked<Value>(_ body: () async throws(RequestError) -> Value) async throws(RetryError) -> Value {
        do throws(RequestError) { return try await body() } catch { throw .request(error) }
    }
}
