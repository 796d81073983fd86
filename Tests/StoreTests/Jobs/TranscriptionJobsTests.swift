import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Jobs in the store` {
    private let temporary = TemporaryFolder()
    private let ann = ID<User>("ann"), bob = ID<User>("bob")

    private func open(_ migrations: [Migration] = Migration.all) throws -> SQLiteDatabase {
        try SQLiteDatabase(in: DataDirectory(creating: temporary.path), migrations: migrations)
    }

    private func job(_ id: String, _ user: ID<User>, at milliseconds: Int64 = 0, audio: String = "https://a") -> TranscriptionJob {
        TranscriptionJob(
            id: ID(id), dialect: "assemblyai", user: user, created: UnixTime(milliseconds: milliseconds), request: "{}", audio: audio,
            engines: [.local], signingKey: [1, 2])
    }

    private func claim(
        _ jobs: SQLiteJobQueue, by owner: String = "us", held: [ID<User>: Int] = [:], below: Int? = nil, without: Set<ID<TranscriptionJob>> = [],
        at seconds: Int64 = 0
    ) async throws -> TranscriptionJob? {
        let now = UnixTime(milliseconds: seconds * 1_000)
        let here = try await jobs.claim(
            JobClaimTerms(.here, held: held, below: below, without: without), JobLease(owner: owner, until: now + .seconds(60)), now: now)
        if let here { return here }
        return try await jobs.claim(
            JobClaimTerms(.address, held: held, below: below, without: without), JobLease(owner: owner, until: now + .seconds(60)), now: now)
    }

    private static let transcript = Transcript(
        rate: .speech, length: SampleCount(48_000), language: LanguageTag("en-US"), languageConfidence: 0.75, model: "m",
        channels: [
            .init(
                words: [
                    Word("Hi,", SampleRange(SampleIndex(160), SampleIndex(320)), confidence: 0.5, speaker: SpeakerLabel(1)),
                    Word("“née”", SampleRange(SampleIndex(320), SampleIndex(640)), confidence: 1, language: LanguageTag("fr")),
                ], segments: [.init(range: SampleRange(SampleIndex(160), SampleIndex(640)), words: 0..<2)]), .init(words: [], segments: []),
        ])

    @Test func `are worked on in turn, users too`() async throws {
        let jobs = SQLiteJobQueue(in: try open())
        for name in ["a1", "a2", "a3"] { #expect(try await jobs.add(job(name, ann), most: 10, hasNotice: false)) }
        #expect(try await jobs.add(job("b1", bob), most: 10, hasNotice: false))
        var order: [String] = [], held: [ID<User>: Int] = [:]
        while let job = try await claim(jobs, held: held) {
            order.append(job.id.rawValue)
            held[job.user, default: 0] += 1
        }
        #expect(order == ["a1", "b1", "a2", "a3"])
    }

    @Test func `of one user are bounded`() async throws {
        let jobs = SQLiteJobQueue(in: try open())
        #expect(try await jobs.add(job("a1", ann), most: 1, hasNotice: false))
        #expect(try await !jobs.add(job("a2", ann), most: 1, hasNotice: false))
        #expect(try await jobs.add(job("b1", bob), most: 1, hasNotice: false))
        _ = try await claim(jobs)
        #expect(try await jobs.fail(ID("a1"), "no", now: UnixTime(milliseconds: 1)))
        #expect(try await jobs.add(job("a2", ann), most: 1, hasNotice: false))
    }

    @Test func `keep their transcript, for their owner only`() async throws {
        let jobs = SQLiteJobQueue(in: try open())
        _ = try await jobs.add(job("a1", ann), most: 1, hasNotice: false)
        let claimed = try #require(try await claim(jobs))
        #expect(claimed.status == .processing && claimed.attempts == 1 && claimed.engines == [.local] && claimed.signingKey == [1, 2])
        #expect(try await jobs.complete(claimed.id, Self.transcript, now: UnixTime(milliseconds: 9)))
        let found = try #require(try await jobs.find(claimed.id, of: ann))
        #expect(found.transcript == Self.transcript)
        #expect(found.job.status == .completed && found.job.finished == UnixTime(milliseconds: 9))
        #expect(try await jobs.find(claimed.id, of: bob) == nil)
        #expect(try await jobs.delete(claimed.id, of: bob, dialect: "assemblyai", leaving: "{}") == nil)
    }

    @Test func `survive a restart, but not for ever`() async throws {
        for round in 1...TranscriptionJob.maxAttempts + 1 {
            let jobs = SQLiteJobQueue(in: try open())
            if round == 1 { _ = try await jobs.add(job("a1", ann), most: 1, hasNotice: true) }
            try await jobs.endLeases(except: "run \(round)")
            let givenUp = try await jobs.giveUp(without: [], reason: "too often", now: UnixTime(milliseconds: 5))
            #expect(givenUp == (round <= TranscriptionJob.maxAttempts ? 0 : 1))
            #expect(try await (claim(jobs, by: "run \(round)") != nil) == (round <= TranscriptionJob.maxAttempts))
        }
        let jobs = SQLiteJobQueue(in: try open())
        let found = try #require(try await jobs.find(ID("a1"), of: ann))
        #expect(found.job.status == .error && found.job.error == "too often")
        #expect(try await jobs.unannounced().map(\.id.rawValue) == ["a1"])
    }

    @Test func `belong to their process until its lease is over`() async throws {
        let jobs = SQLiteJobQueue(in: try open())
        _ = try await jobs.add(job("a1", ann), most: 1, hasNotice: false)
        #expect(try await claim(jobs, by: "one") != nil)
        #expect(try await claim(jobs, by: "other", at: 59) == nil)
        try await jobs.renew([ID("a1")], JobLease(owner: "other", until: UnixTime(milliseconds: 0)))
        try await jobs.renew([ID("a1")], JobLease(owner: "one", until: UnixTime(milliseconds: 100_000)))
        #expect(try await claim(jobs, by: "other", at: 99) == nil, "it was renewed, by its owner only")
        #expect(try await claim(jobs, by: "one", without: [ID("a1")], at: 100) == nil, "who is at it does not begin it again")
        let again = try await claim(jobs, by: "other", at: 100)
        #expect(again?.attempts == 2 && again?.status == .processing)
        try await jobs.release(ID("a1"), by: "one")
        #expect(try await jobs.find(ID("a1"), of: ann)?.job.status == .processing, "it is another's now")
    }

    @Test func `of a dead process are free when a start ends its leases`() async throws {
        let jobs = SQLiteJobQueue(in: try open())
        for name in ["a1", "a2"] { _ = try await jobs.add(job(name, ann), most: 2, hasNotice: false) }
        #expect(try await claim(jobs, by: "dead")?.id == ID("a1"))
        #expect(try await claim(jobs, by: "us")?.id == ID("a2"))
        try await jobs.endLeases(except: "us")
        #expect(try await claim(jobs, by: "us", at: 1)?.id == ID("a1"))
        #expect(try await claim(jobs, by: "us", at: 1) == nil)
    }

    @Test func `of an earlier version have no lease and are free`() async throws {
        do {
            let database = try open(Array(Migration.all.dropLast()))
            try await database.write { (connection) throws(StoreError) in
                try connection.run(
                    """
                    INSERT INTO jobs (id, dialect, user, status, created_at, attempts, request, audio, engines)
                    VALUES ('a1', 'assemblyai', 'ann', 'processing', 1, 1, '{}', 'u', '')
                    """)
            }
        }
        let claimed = try await claim(SQLiteJobQueue(in: try open()))
        #expect(claimed?.attempts == 2 && claimed?.sealed == nil)
    }

    @Test func `are not claimed for a user who has enough`() async throws {
        let jobs = SQLiteJobQueue(in: try open())
        for name in ["a1", "a2"] { _ = try await jobs.add(job(name, ann), most: 2, hasNotice: false) }
        _ = try await jobs.add(job("b1", bob, audio: "upload"), most: 2, hasNotice: false)
        #expect(try await claim(jobs, held: [ann: 4, bob: 4], below: 4) == nil)
        #expect(try await claim(jobs, held: [ann: 4, bob: 3], below: 4)?.id == ID("b1"))
        let terms = JobClaimTerms(.here)
        let lease = JobLease(owner: "us", until: UnixTime(milliseconds: 9))
        #expect(try await jobs.claim(terms, lease, now: UnixTime(milliseconds: 1)) == nil, "the others are at addresses")
    }

    @Test func `that were put back count no attempt`() async throws {
        let jobs = SQLiteJobQueue(in: try open())
        _ = try await jobs.add(job("a1", ann), most: 1, hasNotice: false)
        for _ in 0..<5 {
            #expect(try await claim(jobs)?.attempts == 1)
            try await jobs.release(ID("a1"), by: "us")
        }
    }

    @Test func `that were deleted hold nothing and are not finished`() async throws {
        let jobs = SQLiteJobQueue(in: try open())
        _ = try await jobs.add(job("a1", ann), most: 1, hasNotice: true)
        _ = try await claim(jobs)
        #expect(try await jobs.delete(ID("a1"), of: ann, dialect: "deepgram", leaving: "left") == nil)
        #expect(try await jobs.delete(ID("a1"), of: ann, dialect: "assemblyai", leaving: "left")?.audio == "https://a")
        #expect(try await !jobs.complete(ID("a1"), Self.transcript, now: UnixTime(milliseconds: 1)))
        let found = try #require(try await jobs.find(ID("a1"), of: ann))
        #expect(found.job.status == .deleted && found.job.request == "left" && found.job.audio.isEmpty && found.transcript == nil)
        #expect(try await jobs.unannounced().isEmpty)
    }

    @Test func `are announced once`() async throws {
        let jobs = SQLiteJobQueue(in: try open())
        _ = try await jobs.add(job("a1", ann), most: 2, hasNotice: true)
        _ = try await jobs.add(job("a2", ann), most: 2, hasNotice: false)
        while let job = try await claim(jobs) { _ = try await jobs.complete(job.id, Self.transcript, now: UnixTime(milliseconds: 1)) }
        #expect(try await jobs.unannounced().map(\.id.rawValue) == ["a1"])
        try await jobs.announced(ID("a1"), status: 204)
        #expect(try await jobs.unannounced().isEmpty)
        let found = try #require(try await jobs.find(ID("a1"), of: ann)?.job)
        #expect(found.noticeStatus == 204 && found.signingKey == nil)
    }

    @Test func `are listed page by page, newest first`() async throws {
        let jobs = SQLiteJobQueue(in: try open())
        for number in 1...5 { _ = try await jobs.add(job("a\(number)", ann, at: Int64(number) * 86_400_000), most: 10, hasNotice: false) }
        _ = try await jobs.add(job("b1", bob), most: 10, hasNotice: false)
        func names(_ query: TranscriptionJobQuery) async throws -> [String] {
            try await jobs.list(of: ann, dialect: "assemblyai", query).map(\.id.rawValue)
        }
        #expect(try await names(.init(limit: 2)) == ["a5", "a4"])
        #expect(try await names(.init(limit: 2, before: ID("a4"))) == ["a3", "a2"])
        #expect(try await names(.init(limit: 2, after: ID("a2"))) == ["a4", "a3"])
        #expect(try await names(.init(limit: 9, day: UnixTime(milliseconds: 2 * 86_400_000))) == ["a2"])
        #expect(try await names(.init(limit: 9, status: .completed)) == [])
        #expect(try await names(.init(limit: 9, before: ID("b1"))) == [])
    }

    @Test func `come to a database of an earlier version, which keeps what it has`() async throws {
        do {
            let database = try open(Array(Migration.all.prefix(1)))
            try await database.write { (connection) throws(StoreError) in
                try connection.run("INSERT INTO users (id, created_at) VALUES ('ann', 1)")
            }
        }
        let database = try open()
        #expect(try await SQLiteJobQueue(in: database).add(job("a1", ann), most: 1, hasNotice: false))
        let users = try await database.read { (connection) throws(StoreError) in
            var names: [String] = []
            try connection.run("SELECT id FROM users") { (row) throws(StoreError) in names.append(row.text(0) ?? "") }
            return names
        }
        #expect(users == ["ann"])
    }

    @Test func `hold the uploads that they wait for`() async throws {
        let database = try open()
        let jobs = SQLiteJobQueue(in: database), uploads = SQLiteUploadStore(in: database)
        for name in ["u1", "u2"] {
            #expect(try await uploads.add(Upload(id: ID(name), user: ann, byteCount: 10, created: UnixTime(milliseconds: 1)), most: 25, userMost: nil) == .added)
        }
        let third = Upload(id: ID("u3"), user: bob, byteCount: 10, created: UnixTime(milliseconds: 1))
        #expect(try await uploads.add(third, most: 25, userMost: nil) == .full)
        #expect(try await uploads.add(third, most: 100, userMost: 9) == .userFull)
        #expect(try await uploads.has(ID("u1"), of: ann))
        #expect(try await !uploads.has(ID("u1"), of: bob))
        _ = try await jobs.add(job("a1", ann, audio: "u1"), most: 1, hasNotice: false)
        #expect(try await !uploads.remove(ID("u1"), of: ann))
        try await uploads.expire(before: UnixTime(milliseconds: 2))
        #expect(try await uploads.all() == ["u1"])
        _ = try await claim(jobs)
        _ = try await jobs.fail(ID("a1"), "no", now: UnixTime(milliseconds: 2))
        #expect(try await !uploads.remove(ID("u1"), of: bob))
        #expect(try await uploads.remove(ID("u1"), of: ann))
    }

    @Test func `keep the vendor's own answer where that was asked for, until they are deleted`() async throws {
        let jobs = SQLiteJobQueue(in: try open())
        var order = job("a1", ann)
        order.keepsRaw = true
        _ = try await jobs.add(order, most: 1, hasNotice: false)
        let claimed = try #require(try await claim(jobs))
        #expect(claimed.keepsRaw)
        var transcript = Self.transcript
        transcript.raw = [0x7B, 0, 0x7D]
        #expect(try await jobs.complete(claimed.id, transcript, now: UnixTime(milliseconds: 9)))
        #expect(try await jobs.raw(claimed.id, of: ann) == [0x7B, 0, 0x7D])
        #expect(try await jobs.raw(claimed.id, of: bob) == nil)
        #expect(try await jobs.find(claimed.id, of: ann)?.transcript == Self.transcript, "it is not part of the transcript that is kept")
        _ = try await jobs.delete(claimed.id, of: ann, dialect: "assemblyai", leaving: "{}")
        #expect(try await jobs.raw(claimed.id, of: ann) == nil)
    }

    @Test func `of an older database have no such answer`() async throws {
        _ = try open(Array(Migration.all.prefix(3)))
        let jobs = SQLiteJobQueue(in: try open())
        _ = try await jobs.add(job("a1", ann), most: 1, hasNotice: false)
        #expect(try await claim(jobs)?.keepsRaw == false)
        #expect(try await jobs.raw(ID("a1"), of: ann) == nil)
    }
}
