import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `A job queue` {
    private let temporary = TemporaryFolder()
    private let ann = ID<User>("ann"), bob = ID<User>("bob")

    @Test(arguments: StoreKind.allCases) func `gives jobs out in turn, users too`(kind: StoreKind) async throws {
        let jobs = try kind.stores(in: temporary).jobs
        for name in ["a1", "a2", "a3"] { #expect(try await jobs.add(.of(name, ann), most: 10, hasNotice: false)) }
        #expect(try await jobs.add(.of("b1", bob), most: 10, hasNotice: false))
        var order: [String] = [], held: [ID<User>: Int] = [:]
        while let job = try await jobs.take(held: held) {
            order.append(job.id.rawValue)
            held[job.user, default: 0] += 1
        }
        #expect(order == ["a1", "b1", "a2", "a3"])
    }

    @Test(arguments: StoreKind.allCases) func `bounds the jobs of one user`(kind: StoreKind) async throws {
        let jobs = try kind.stores(in: temporary).jobs
        #expect(try await jobs.add(.of("a1", ann), most: 1, hasNotice: false))
        #expect(try await !jobs.add(.of("a2", ann), most: 1, hasNotice: false))
        #expect(try await jobs.add(.of("b1", bob), most: 1, hasNotice: false))
        _ = try await jobs.take()
        #expect(try await jobs.fail(ID("a1"), "no", now: UnixTime(milliseconds: 1)))
        #expect(try await jobs.add(.of("a2", ann), most: 1, hasNotice: false))
    }

    @Test(arguments: StoreKind.allCases) func `takes a job again when it is over, and never loses it`(kind: StoreKind) async throws {
        let jobs = try kind.stores(in: temporary).jobs
        #expect(try await jobs.add(.of("a1", ann, audio: "first"), most: 1, hasNotice: false))
        await #expect(throws: StoreError.self) { try await jobs.add(.of("a1", ann, audio: "second"), most: 9, hasNotice: false) }
        _ = try await jobs.take()
        await #expect(throws: StoreError.self) { try await jobs.add(.of("a1", ann, audio: "second"), most: 9, hasNotice: false) }
        #expect(try await jobs.fail(ID("a1"), "no", now: UnixTime(milliseconds: 1)))
        #expect(try await !jobs.add(.of("a1", ann, audio: "second"), most: 0, hasNotice: false))
        await #expect(throws: StoreError.self) { try await jobs.add(.of("a1", bob, audio: "second"), most: 9, hasNotice: false) }
        let failed = try await jobs.find(ID("a1"), of: ann)?.job
        #expect(failed?.status == .error && failed?.audio == "first", "there was no room for it")
        #expect(try await jobs.add(.of("a1", ann, audio: "second"), most: 1, hasNotice: false))
        let again = try await jobs.find(ID("a1"), of: ann)?.job
        #expect(again?.status == .queued && again?.audio == "second" && again?.error == nil && again?.attempts == 0)
    }

    @Test(arguments: StoreKind.allCases) func `keeps a job's transcript, for its owner only`(kind: StoreKind) async throws {
        let jobs = try kind.stores(in: temporary).jobs
        _ = try await jobs.add(.of("a1", ann), most: 1, hasNotice: false)
        let claimed = try #require(try await jobs.take())
        #expect(claimed.status == .processing && claimed.attempts == 1 && claimed.engines == [.local] && claimed.signingKey == [1, 2])
        #expect(try await jobs.complete(claimed.id, Transcript.sample, now: UnixTime(milliseconds: 9)))
        let found = try #require(try await jobs.find(claimed.id, of: ann))
        #expect(found.transcript == Transcript.sample)
        #expect(found.job.status == .completed && found.job.finished == UnixTime(milliseconds: 9))
        #expect(claimed.duration == nil && found.job.duration == .seconds(3))
        #expect(try await jobs.list(of: ann, dialect: "assemblyai", TranscriptionJobQuery(limit: 9)).map(\.duration) == [.seconds(3)])
        #expect(try await jobs.find(claimed.id, of: bob) == nil)
        #expect(try await jobs.delete(claimed.id, of: bob, dialect: "assemblyai", leaving: "{}") == nil)
    }

    @Test(arguments: StoreKind.allCases) func `keeps jobs over restarts, but not for ever`(kind: StoreKind) async throws {
        for round in 1...TranscriptionJob.maxAttempts + 1 {
            let jobs = try kind.stores(in: temporary).jobs
            if round == 1 { _ = try await jobs.add(.of("a1", ann), most: 1, hasNotice: true) }
            try await jobs.endLeases(except: "run \(round)")
            let givenUp = try await jobs.giveUp(without: [], reason: "too often", now: UnixTime(milliseconds: 5))
            #expect(givenUp == (round <= TranscriptionJob.maxAttempts ? 0 : 1))
            #expect(try await (jobs.take(by: "run \(round)") != nil) == (round <= TranscriptionJob.maxAttempts))
        }
        let jobs = try kind.stores(in: temporary).jobs
        let found = try #require(try await jobs.find(ID("a1"), of: ann))
        #expect(found.job.status == .error && found.job.error == "too often")
        #expect(try await jobs.unannounced().map(\.id.rawValue) == ["a1"])
    }

    @Test(arguments: StoreKind.allCases) func `leaves a job to its process until the lease is over`(kind: StoreKind) async throws {
        let jobs = try kind.stores(in: temporary).jobs
        _ = try await jobs.add(.of("a1", ann), most: 1, hasNotice: false)
        #expect(try await jobs.take(by: "one") != nil)
        #expect(try await jobs.take(by: "other", at: 59) == nil)
        try await jobs.renew([ID("a1")], JobLease(owner: "other", until: UnixTime(milliseconds: 0)))
        try await jobs.renew([ID("a1")], JobLease(owner: "one", until: UnixTime(milliseconds: 100_000)))
        #expect(try await jobs.take(by: "other", at: 99) == nil, "it was renewed, by its owner only")
        #expect(try await jobs.take(by: "one", without: [ID("a1")], at: 100) == nil, "who is at it does not begin it again")
        let again = try await jobs.take(by: "other", at: 100)
        #expect(again?.attempts == 2 && again?.status == .processing)
        try await jobs.release(ID("a1"), by: "one")
        #expect(try await jobs.find(ID("a1"), of: ann)?.job.status == .processing, "it is another's now")
    }

    @Test(arguments: StoreKind.allCases) func `keeps a waiting job for the process that alone can do it`(kind: StoreKind) async throws {
        let jobs = try kind.stores(in: temporary).jobs
        for (name, owner) in [("a1", "one"), ("a2", "dead")] {
            _ = try await jobs.add(
                .of(name, ann), most: 9, hasNotice: false, lease: JobLease(owner: owner, until: UnixTime(milliseconds: 60_000)))
        }
        _ = try await jobs.add(.of("a3", ann), most: 9, hasNotice: false)
        #expect(try await jobs.take(by: "other", at: 1)?.id == ID("a3"), "the others wait for their processes")
        #expect(try await jobs.take(by: "other", at: 1) == nil)
        try await jobs.renew([ID("a1")], JobLease(owner: "one", until: UnixTime(milliseconds: 100_000)))
        #expect(try await jobs.take(by: "other", at: 60)?.id == ID("a2"), "its process is dead")
        #expect(try await jobs.take(by: "one", at: 61)?.id == ID("a1"))
    }

    @Test(arguments: StoreKind.allCases) func `gives a process that leaves only what it alone can do`(kind: StoreKind) async throws {
        let jobs = try kind.stores(in: temporary).jobs, lease = JobLease(owner: "one", until: UnixTime(milliseconds: 60_000))
        _ = try await jobs.add(.of("a1", ann), most: 9, hasNotice: false)
        _ = try await jobs.add(.of("a2", ann), most: 9, hasNotice: false, lease: lease)
        let terms = JobClaimTerms(.address, onlyLeased: true)
        #expect(try await jobs.claim(terms, lease, now: UnixTime(milliseconds: 1))?.id == ID("a2"))
        #expect(try await jobs.claim(terms, lease, now: UnixTime(milliseconds: 1)) == nil)
        try await jobs.endLeases(except: "two")
        #expect(try await jobs.take(by: "two", at: 1) != nil)
    }

    @Test(arguments: StoreKind.allCases) func `frees a dead process's jobs when a start ends its leases`(kind: StoreKind) async throws {
        let jobs = try kind.stores(in: temporary).jobs
        for name in ["a1", "a2"] { _ = try await jobs.add(.of(name, ann), most: 2, hasNotice: false) }
        #expect(try await jobs.take(by: "dead")?.id == ID("a1"))
        #expect(try await jobs.take(by: "us")?.id == ID("a2"))
        try await jobs.endLeases(except: "us")
        #expect(try await jobs.take(by: "us", at: 1)?.id == ID("a1"))
        #expect(try await jobs.take(by: "us", at: 1) == nil)
    }

    @Test(arguments: StoreKind.allCases) func `gives out no job of a user who has enough`(kind: StoreKind) async throws {
        let jobs = try kind.stores(in: temporary).jobs
        for name in ["a1", "a2"] { _ = try await jobs.add(.of(name, ann), most: 2, hasNotice: false) }
        _ = try await jobs.add(.of("b1", bob, audio: "upload"), most: 2, hasNotice: false)
        #expect(try await jobs.take(held: [ann: 4, bob: 4], below: 4) == nil)
        #expect(try await jobs.take(held: [ann: 4, bob: 3], below: 4)?.id == ID("b1"))
        let terms = JobClaimTerms(.here)
        let lease = JobLease(owner: "us", until: UnixTime(milliseconds: 9))
        #expect(try await jobs.claim(terms, lease, now: UnixTime(milliseconds: 1)) == nil, "the others are at addresses")
    }

    @Test(arguments: StoreKind.allCases) func `counts no attempt for a job that was put back`(kind: StoreKind) async throws {
        let jobs = try kind.stores(in: temporary).jobs
        _ = try await jobs.add(.of("a1", ann), most: 1, hasNotice: false)
        for _ in 0..<5 {
            #expect(try await jobs.take()?.attempts == 1)
            try await jobs.release(ID("a1"), by: "us")
        }
    }

    @Test(arguments: StoreKind.allCases) func `keeps nothing of a deleted job and does not finish it`(kind: StoreKind) async throws {
        let jobs = try kind.stores(in: temporary).jobs
        _ = try await jobs.add(.of("a1", ann), most: 1, hasNotice: true)
        _ = try await jobs.take()
        #expect(try await jobs.delete(ID("a1"), of: ann, dialect: "deepgram", leaving: "left") == nil)
        #expect(try await jobs.delete(ID("a1"), of: ann, dialect: "assemblyai", leaving: "left")?.audio == "https://a")
        #expect(try await !jobs.complete(ID("a1"), Transcript.sample, now: UnixTime(milliseconds: 1)))
        let found = try #require(try await jobs.find(ID("a1"), of: ann))
        #expect(found.job.status == .deleted && found.job.request == "left" && found.job.audio.isEmpty && found.transcript == nil)
        #expect(try await jobs.unannounced().isEmpty)
    }

    @Test(arguments: StoreKind.allCases) func `announces a job once`(kind: StoreKind) async throws {
        let jobs = try kind.stores(in: temporary).jobs
        _ = try await jobs.add(.of("a1", ann), most: 2, hasNotice: true)
        _ = try await jobs.add(.of("a2", ann), most: 2, hasNotice: false)
        while let job = try await jobs.take() { _ = try await jobs.complete(job.id, Transcript.sample, now: UnixTime(milliseconds: 1)) }
        #expect(try await jobs.unannounced().map(\.id.rawValue) == ["a1"])
        try await jobs.announced(ID("a1"), status: 204)
        #expect(try await jobs.unannounced().isEmpty)
        let found = try #require(try await jobs.find(ID("a1"), of: ann)?.job)
        #expect(found.noticeStatus == 204 && found.signingKey == nil)
    }

    @Test(arguments: StoreKind.allCases) func `lists jobs page by page, newest first`(kind: StoreKind) async throws {
        let jobs = try kind.stores(in: temporary).jobs
        for number in 1...5 { _ = try await jobs.add(.of("a\(number)", ann, at: Int64(number) * 86_400_000), most: 10, hasNotice: false) }
        _ = try await jobs.add(.of("b1", bob), most: 10, hasNotice: false)
        func names(_ query: TranscriptionJobQuery) async throws -> [String] {
            try await jobs.list(of: ann, dialect: "assemblyai", query).map(\.id.rawValue)
        }
        #expect(try await names(.init(limit: 2)) == ["a5", "a4"])
        #expect(try await names(.init(limit: 2, before: ID("a4"))) == ["a3", "a2"])
        #expect(try await names(.init(limit: 2, after: ID("a2"))) == ["a4", "a3"])
        #expect(try await names(.init(limit: 9, day: UnixTime(milliseconds: 2 * 86_400_000))) == ["a2"])
        #expect(try await names(.init(limit: 9, status: .completed)) == [])
        #expect(try await names(.init(limit: 9, before: ID("b1"))) == [])
        _ = try await jobs.delete(ID("a4"), of: ann, dialect: "assemblyai", leaving: "{}")
        #expect(try await names(.init(limit: 3)) == ["a5", "a4", "a3"])
        #expect(try await names(.init(limit: 2, showsDeleted: false)) == ["a5", "a3"])
        #expect(try await names(.init(limit: 2, showsDeleted: false, before: ID("a4"))) == ["a3", "a2"], "a page goes on behind a deleted job")
        #expect(try await jobs.count(of: ann, dialect: "assemblyai") == 4)
        #expect(try await jobs.count(of: ann, dialect: "soniox") == 0)
    }

    @Test(arguments: StoreKind.allCases) func `lists the jobs of one day page by page`(kind: StoreKind) async throws {
        let jobs = try kind.stores(in: temporary).jobs, day: Int64 = 86_400_000
        for (number, time) in [day - 1, day, day + 5, day + 9, 2 * day - 1, 2 * day].enumerated() {
            _ = try await jobs.add(.of("a\(number)", ann, at: time), most: 10, hasNotice: false)
        }
        func names(_ limit: Int, before: String? = nil, after: String? = nil, _ status: TranscriptionJob.Status? = nil) async throws -> [String] {
            let query = TranscriptionJobQuery(
                limit: limit, status: status, day: UnixTime(milliseconds: day), before: before.map { ID($0) }, after: after.map { ID($0) })
            return try await jobs.list(of: ann, dialect: "assemblyai", query).map(\.id.rawValue)
        }
        #expect(try await names(9) == ["a4", "a3", "a2", "a1"])
        #expect(try await names(2) == ["a4", "a3"])
        #expect(try await names(2, before: "a3") == ["a2", "a1"])
        #expect(try await names(2, after: "a0") == ["a2", "a1"])
        #expect(try await names(9, before: "a4", after: "a1") == ["a3", "a2"])
        #expect(try await names(9, .queued).count == 4)
        #expect(try await names(9, .error) == [])
        #expect(try await names(9, after: "b1") == [])
    }

    @Test(arguments: StoreKind.allCases)
    func `keeps the vendor's own answer where wanted, until the job is deleted`(kind: StoreKind) async throws {
        let jobs = try kind.stores(in: temporary).jobs
        var order = TranscriptionJob.of("a1", ann)
        order.keepsRaw = true
        _ = try await jobs.add(order, most: 1, hasNotice: false)
        let claimed = try #require(try await jobs.take())
        #expect(claimed.keepsRaw)
        var transcript = Transcript.sample
        transcript.raw = [0x7B, 0, 0x7D]
        #expect(try await jobs.complete(claimed.id, transcript, now: UnixTime(milliseconds: 9)))
        #expect(try await jobs.raw(claimed.id, of: ann) == [0x7B, 0, 0x7D])
        #expect(try await jobs.raw(claimed.id, of: bob) == nil)
        #expect(try await jobs.find(claimed.id, of: ann)?.transcript == Transcript.sample, "it is not part of the transcript that is kept")
        _ = try await jobs.delete(claimed.id, of: ann, dialect: "assemblyai", leaving: "{}")
        #expect(try await jobs.raw(claimed.id, of: ann) == nil)
    }
}
