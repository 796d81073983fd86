import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `A register of uploads` {
    private let temporary = TemporaryFolder()
    private let ann = ID<User>("ann"), bob = ID<User>("bob")

    private func upload(_ id: String, _ user: ID<User>, at milliseconds: Int64 = 1) -> Upload {
        Upload(id: ID(id), user: user, byteCount: 10, created: UnixTime(milliseconds: milliseconds))
    }

    @Test(arguments: StoreKind.allCases) func `has room for so many bytes, in all and for each user`(kind: StoreKind) async throws {
        let uploads = try kind.stores(in: temporary).uploads
        for name in ["u1", "u2"] { #expect(try await uploads.add(upload(name, ann), most: 25, userMost: nil) == .added) }
        #expect(try await uploads.add(upload("u3", bob), most: 25, userMost: nil) == .full)
        #expect(try await uploads.add(upload("u3", bob), most: 100, userMost: 9) == .userFull)
        #expect(try await uploads.add(upload("u3", ann), most: 100, userMost: 29) == .userFull)
        #expect(try await uploads.all() == ["u1", "u2"])
    }

    @Test(arguments: StoreKind.allCases) func `shows uploads to their user only`(kind: StoreKind) async throws {
        let uploads = try kind.stores(in: temporary).uploads
        _ = try await uploads.add(upload("u1", ann), most: 25, userMost: nil)
        #expect(try await uploads.has(ID("u1"), of: ann))
        #expect(try await !uploads.has(ID("u1"), of: bob))
        #expect(try await !uploads.remove(ID("u1"), of: bob))
        #expect(try await uploads.remove(ID("u1"), of: ann))
        #expect(try await !uploads.remove(ID("u1"), of: ann))
    }

    @Test(arguments: StoreKind.allCases) func `holds uploads that jobs wait for`(kind: StoreKind) async throws {
        let stores = try kind.stores(in: temporary)
        for name in ["u1", "u2"] { _ = try await stores.uploads.add(upload(name, ann), most: 25, userMost: nil) }
        _ = try await stores.jobs.add(.of("a1", ann, audio: "u1"), most: 1, hasNotice: false)
        #expect(try await !stores.uploads.remove(ID("u1"), of: ann))
        try await stores.uploads.expire(before: UnixTime(milliseconds: 2))
        #expect(try await stores.uploads.all() == ["u1"])
        _ = try await stores.jobs.take()
        #expect(try await !stores.uploads.remove(ID("u1"), of: ann), "it is being worked on")
        _ = try await stores.jobs.fail(ID("a1"), "no", now: UnixTime(milliseconds: 2))
        #expect(try await stores.uploads.remove(ID("u1"), of: ann))
    }

    @Test(arguments: StoreKind.allCases) func `forgets uploads that are too old`(kind: StoreKind) async throws {
        let uploads = try kind.stores(in: temporary).uploads
        for (name, time) in [("u1", 1), ("u2", 2)] as [(String, Int64)] {
            _ = try await uploads.add(upload(name, ann, at: time), most: 25, userMost: nil)
        }
        try await uploads.expire(before: UnixTime(milliseconds: 2))
        #expect(try await uploads.all() == ["u2"])
    }
}
