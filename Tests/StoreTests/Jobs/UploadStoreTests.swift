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

    @Test(arguments: StoreKind.allCases) func `has room for so many files of a user, whatever their size`(kind: StoreKind) async throws {
        let uploads = try kind.stores(in: temporary).uploads
        func file(_ number: Int, _ user: ID<User>) -> Upload {
            Upload(id: ID("\(user.rawValue)\(number)"), user: user, byteCount: 1, created: UnixTime(milliseconds: 1), name: "a.wav")
        }
        for number in 0..<Upload.maxFiles { #expect(try await uploads.add(file(number, ann), most: .max, userMost: nil) == .added) }
        #expect(try await uploads.add(file(Upload.maxFiles, ann), most: .max, userMost: nil) == .tooManyFiles)
        #expect(try await uploads.add(upload("u1", ann), most: .max, userMost: nil) == .added, "an upload is no file")
        #expect(try await uploads.add(file(0, bob), most: .max, userMost: nil) == .added)
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
        try await stores.uploads.expire(before: UnixTime(milliseconds: 2), files: UnixTime(milliseconds: 2))
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
        #expect(try await uploads.expire(before: UnixTime(milliseconds: 2), files: UnixTime(milliseconds: 2)) == [], "they are no files")
        #expect(try await uploads.all() == ["u2"])
    }

    @Test(arguments: StoreKind.allCases) func `lists the files of a user page by page, also behind a file that is gone`(kind: StoreKind) async throws
    {
        let uploads = try kind.stores(in: temporary).uploads
        func file(_ id: String, _ user: ID<User>, at milliseconds: Int64) -> Upload {
            Upload(
                id: ID(id), user: user, byteCount: 10, created: UnixTime(milliseconds: milliseconds), name: id + ".wav",
                reference: id == "f2" ? "mine" : nil)
        }
        let files = [file("f1", ann, at: 1), file("f2", ann, at: 2), file("f3", ann, at: 2), file("f4", ann, at: 9)]
        for file in files + [file("other", bob, at: 3), upload("nameless", ann, at: 4)] {
            #expect(try await uploads.add(file, most: 1_000, userMost: nil) == .added)
        }
        #expect(try await uploads.files(of: ann, limit: 2, after: nil) == [files[3], files[2]])
        let place = Upload.Place(created: files[2].created, id: files[2].id)
        #expect(try await uploads.remove(place.id, of: ann))
        #expect(try await uploads.files(of: ann, limit: 2, after: place) == [files[1], files[0]])
        #expect(try await uploads.file(ID("f2"), of: ann) == files[1])
        #expect(try await uploads.file(ID("f2"), of: bob) == nil)
        #expect(try await uploads.file(ID("nameless"), of: ann) == nil, "only its address names it")
        #expect(try await uploads.countFiles(of: ann) == 3)
    }

    @Test(arguments: StoreKind.allCases) func `keeps files longer than other uploads`(kind: StoreKind) async throws {
        let uploads = try kind.stores(in: temporary).uploads
        _ = try await uploads.add(upload("u1", ann, at: 5), most: 100, userMost: nil)
        for (id, time) in [("f1", 5), ("f2", 1)] as [(String, Int64)] {
            let file = Upload(id: ID(id), user: ann, byteCount: 10, created: UnixTime(milliseconds: time), name: id)
            _ = try await uploads.add(file, most: 100, userMost: nil)
        }
        #expect(try await uploads.expire(before: UnixTime(milliseconds: 9), files: UnixTime(milliseconds: 3)) == ["f2"])
        #expect(try await uploads.all() == ["f1"])
    }
}
