import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Portable data in the store` {
    private let folder = TemporaryFolder()

    /// Gives Ann two people, four voices of which one is merged and one adopted, a conversation that was edited, and a sample learned from it.
    private func fill(_ store: any ConversationStores) async throws {
        for (id, name) in [("p1", "Anna"), ("p2", "Otto")] {
            _ = try await store.add(Person(id: ID(id), name: name, created: .at(1)), reusing: false, of: .ann)
        }
        for number in 1...4 {
            _ = try await store.add(
                NewVoice(id: ID("v\(number)"), voiceprint: try .of(number), evidence: .seconds(number), created: .at(2)), of: .ann)
        }
        #expect(try await store.merge(ID<Voice>("v2"), into: ID<Voice>("v1"), of: .ann))
        #expect(try await store.setOwner(.person(ID("p1")), of: ID("v1"), of: .ann))
        #expect(try await store.setOwner(.person(ID("p2")), of: ID("v3"), of: .ann))
        #expect(try await store.setOwner(.nobody, of: ID("v3"), of: .ann))
        #expect(try await store.adopt(ID("v4"), by: .user, distance: 0.25, of: .ann))
        var talk = Conversation.of(
            .ann, "c1", .said("s1", "one tulip", at: 0, speaker: 0, .voice(ID("v2"))),
            .said("s2", "two tulips", at: 1.0625, speaker: 1, .voice(ID("v3"))), .said("s3", "three tulips", at: 3),
            .said("s4", "four tulips", at: 4))
        talk.call = "call"
        talk.timeout = .seconds(90)
        talk.finalizationReason = "user_stop"
        talk.findings = ConversationFindings(category: .work, actionItems: [.init("Buy tulips")])
        #expect(try await store.begin(talk))
        _ = try await store.setText("edited", of: ID("s3"), in: ID("c1"), of: .ann)
        _ = try await store.assign([ID("s4")], in: ID("c1"), to: .person(ID("p2")), namingVoices: false, of: .ann)
        var title = ConversationUpdate(ID("c1"), title: "Tulips")
        title.isTitledByHand = true
        #expect(try await store.write(title, of: .ann))
        let sample = SpeechSample(
            id: ID("x1"), owner: .person(ID("p2")), duration: .seconds(1), voiceprint: try .of(6), created: .at(9))
        #expect(try await store.learn(VoiceEnrollment(sample, of: [ID("s4")], in: ID("c1"), .makes(ID("v9"))), of: .ann))
    }

    private func target(_ store: any ConversationStores, _ user: ID<User> = .bob) async throws -> ImportTarget {
        try #require(try await store.beginImport(of: user))
    }

    /// Returns all objects of an export, in pages of two.
    private func all<Element>(_ page: (PortableCursor) async throws(StoreError) -> PortablePage<Element>) async throws -> [Element] {
        var elements: [Element] = [], next: PortableCursor? = .start
        while let place = next {
            let some = try await page(place)
            elements += some.elements
            next = some.next
        }
        return elements
    }

    private func voices(of user: ID<User>, in store: any ConversationStores) async throws -> [PortableVoice] {
        try await all { place throws(StoreError) in try await store.portableVoices(of: user, after: place, limit: 2) }
    }

    private func samples(of user: ID<User>, in store: any ConversationStores) async throws -> [PortableSample] {
        try await all { place throws(StoreError) in try await store.portableSamples(of: user, after: place, limit: 2) }
    }

    private func conversations(of user: ID<User>, in store: any ConversationStores) async throws -> [String] {
        try await all { place throws(StoreError) in try await store.portableConversations(of: user, after: place, limit: 2) }.map(\.rawValue)
    }

    /// Returns Ann's conversation as Bob's.
    private func bobs(_ id: String, in store: any ConversationStores) async throws -> PortableConversation {
        var conversation = try #require(try await store.portableConversation(ID(id), of: .ann))
        conversation.conversation.user = .bob
        return conversation
    }

    private func move(from store: any ConversationStores, to other: any ConversationStores) async throws -> [ImportedCount?] {
        let target = try await target(other)
        var counts = [try await other.importPeople(store.people(of: .ann), into: target)]
        counts.append(try await other.importVoices(voices(of: .ann, in: store), into: target))
        switch try await other.importConversation(bobs("c1", in: store), into: target) {
        case .added(unknownSpeakers: 0): counts.append(ImportedCount(added: 1))
        case .present: counts.append(ImportedCount(present: 1))
        case .added, nil: counts.append(nil)
        }
        counts.append(try await other.importSamples(samples(of: .ann, in: store), into: target))
        return counts
    }

    @Test(arguments: StoreKind.allCases) func `is imported as it was exported, and once`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await fill(store)
        #expect(try await move(from: store, to: store) == [2, 5, 1, 1].map { ImportedCount(added: $0) })
        #expect(try await move(from: store, to: store) == [2, 5, 1, 1].map { ImportedCount(present: $0) })
        #expect(try await store.people(of: .bob) == store.people(of: .ann))
        let voices = try await voices(of: .bob, in: store)
        #expect(try await voices == self.voices(of: .ann, in: store))
        #expect(voices.map(\.joined) == [nil, nil, nil, nil, ID("v1")])
        #expect(voices.first { $0.id == ID("v3") }?.rejected == [.person(ID("p2"))])
        #expect(try await samples(of: .bob, in: store) == samples(of: .ann, in: store))
        #expect(try await samples(of: .bob, in: store).first?.sources == [.init(ID("s4"), in: ID("c1"))])
        var imported = try #require(try await store.portableConversation(ID("c1"), of: .bob))
        #expect(imported.isTitledByHand && imported.segments.map(\.segment.isEdited) == [false, false, true, false])
        imported.conversation.user = .ann
        #expect(try await imported == store.portableConversation(ID("c1"), of: .ann))
        // The next voice has a number of its own.
        #expect(try await store.add(NewVoice(id: ID("v7"), voiceprint: try .of(7), evidence: .seconds(1), created: .at(2)), of: .bob).number == 6)
        #expect(try await store.search(SearchQuery("tulip", by: .words), embedding: nil, of: .bob).hits.count == 3)
        #expect(try await store.withoutWindows(model: "m", limit: 9).map(\.user).contains(.bob))
    }

    @Test(arguments: StoreKind.allCases) func `counts references to objects that do not exist`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await fill(store)
        let target = try await target(store)
        #expect(try await store.importConversation(bobs("c1", in: store), into: target) == .added(unknownSpeakers: 3))
        #expect(try await store.conversation(ID("c1"), of: .bob)?.segments.map(\.identity) == [.unknown, .unknown, .unknown, .unknown])
        let voices = try await voices(of: .ann, in: store)
        #expect(try await store.importVoices(Array(voices.suffix(1)), into: target) == ImportedCount(incomplete: 1))
        #expect(try await store.importSamples(samples(of: .ann, in: store), into: target) == ImportedCount(incomplete: 1))
        #expect(try await store.importVoices(Array(voices.prefix(1)), into: target) == ImportedCount(added: 1))
        #expect(try await store.voices(of: .bob).map(\.owner) == [.nobody])
        // A sample whose segment does not exist is imported, and the segment is counted.
        _ = try await store.importPeople(store.people(of: .ann), into: target)
        var sample = try #require(try await samples(of: .ann, in: store).first)
        sample.sources.append(PortableSample.Source(ID("none"), in: ID("c1")))
        #expect(try await store.importSamples([sample], into: target) == ImportedCount(added: 1, incomplete: 1))
    }

    @Test(arguments: StoreKind.allCases) func `gives a sample its file once`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await fill(store)
        let anns = try await target(store, .ann), bobs = try await target(store)
        #expect(try await store.file(of: ID("x1"), of: .ann) == SampleFile.none)
        #expect(try await store.file(of: ID("x1"), of: .bob) == .noSample)
        #expect(try await store.importFile("a.opus", of: ID("x1"), into: bobs) == .gone)
        #expect(try await store.importFile("a.opus", of: ID("x1"), into: anns) == .added)
        #expect(try await store.importFile("b.opus", of: ID("x1"), into: anns) == .present)
        #expect(try await store.file(of: ID("x1"), of: .ann) == .named("a.opus"))
        try await store.removeImportedFile("a.opus", from: bobs)
        #expect(try await store.file(of: ID("x1"), of: .ann) == .named("a.opus"))
        try await store.removeImportedFile("a.opus", from: anns)
        #expect(try await store.file(of: ID("x1"), of: .ann) == SampleFile.none)
    }

    @Test(arguments: StoreKind.allCases) func `gives a conversation each audio once, when it is over`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let target = try await target(store)
        #expect(try await store.begin(.of(.bob, "over", .said("s", "tulip"))))
        #expect(try await store.begin(.of(.bob, "open", status: .inProgress, .said("s", "tulip"))))
        func part(_ file: String, at start: Int) -> StoredAudio {
            StoredAudio(file: file, start: .seconds(start), duration: .seconds(10), byteCount: 1, created: .at(1))
        }
        #expect(try await store.importAudio(part("a", at: 0), to: ID("over"), into: target) == .added)
        #expect(try await store.importAudio(part("b", at: 0), to: ID("over"), into: target) == .present)
        #expect(try await store.importAudio(part("c", at: 10), to: ID("over"), into: target) == .added)
        #expect(try await store.importAudio(part("d", at: 0), to: ID("open"), into: target) == .open)
        #expect(try await store.importAudio(part("e", at: 0), to: ID("none"), into: target) == .gone)
        #expect(try await store.audio(of: ID("over"), of: .bob).map(\.file) == ["a", "c"])
        try await store.removeImportedFile("a", from: target)
        #expect(try await store.audio(of: ID("over"), of: .bob).map(\.file) == ["c"])
    }

    @Test(arguments: StoreKind.allCases) func `does not come back after its user was deleted`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await fill(store)
        let old = try await target(store), conversation = try await bobs("c1", in: store)
        #expect(try await store.importPeople(store.people(of: .ann), into: old) == ImportedCount(added: 2))
        #expect(try await store.beginDeletion(of: .bob))
        #expect(try await store.beginImport(of: .bob) == nil)
        #expect(try await store.importConversation(conversation, into: old) == nil)
        while try await store.deleteRows(of: .bob, sessions: []) {}
        try await store.endDeletion(of: .bob)
        // The same user may come back, and the old import may not.
        let new = try await target(store)
        #expect(try await store.importPeople(store.people(of: .ann), into: old) == nil)
        #expect(try await store.importVoices(voices(of: .ann, in: store), into: old) == nil)
        #expect(try await store.importSamples(samples(of: .ann, in: store), into: old) == nil)
        #expect(try await store.importConversation(conversation, into: old) == nil)
        #expect(try await store.importSettings(["name": "Bob"], keys: [], retention: "audio_days", into: old) == nil)
        #expect(try await store.importFile("a.opus", of: ID("x1"), into: old) == nil)
        #expect(try await store.people(of: .bob).isEmpty)
        #expect(try await store.settings(of: .bob).isEmpty)
        #expect(try await store.importPeople(store.people(of: .ann), into: new) == ImportedCount(added: 2))
    }

    @Test(arguments: StoreKind.allCases) func `has a long conversation whole, also after an import that was cut off`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        var long = Conversation.of(.ann, "long")
        long.segments = (0..<1_203).map { .said("s\($0)", "tulip \($0)", at: Double($0)) }
        #expect(try await store.begin(long))
        let target = try await target(store), conversation = try await bobs("long", in: store)
        // An import has written the first part, and was cut off.
        var begun = long
        (begun.user, begun.status, begun.finalizationReason) = (.bob, .discarded, "import_unfinished")
        begun.segments = Array(long.segments.prefix(500))
        #expect(try await store.begin(begun))
        #expect(try await store.importConversation(conversation, into: target) == .added(unknownSpeakers: 0))
        #expect(try await store.importConversation(conversation, into: target) == .present)
        #expect(try await store.portableConversation(ID("long"), of: .bob) == conversation)
        let carols = try await self.target(store, ID("carol"))
        #expect(try await store.importConversation(conversation, into: carols) == .added(unknownSpeakers: 0))
        #expect(try await store.portableConversation(ID("long"), of: ID("carol"))?.segments == conversation.segments)
        #expect(try await store.search(SearchQuery("1202", by: .words), embedding: nil, of: ID("carol")).hits.count == 1)
    }

    @Test(arguments: StoreKind.allCases) func `is exported from the oldest conversation on`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        for (id, seconds) in [("new", 30.0), ("tie1", 10), ("tie2", 10), ("tie3", 10), ("old", 5)] {
            #expect(try await store.begin(.of(.ann, id, at: seconds, .said("s-\(id)", "tulip"))))
        }
        #expect(try await store.begin(.of(.ann, "open", at: 20, status: .inProgress)))
        #expect(try await conversations(of: .ann, in: store) == ["old", "tie1", "tie2", "tie3", "open", "new"])
        let ids = ["old", "tie1", "tie2", "tie3", "new"]
        #expect(try await conversations(of: .bob, in: store).isEmpty)
        let target = try await target(store)
        for id in ids { _ = try await store.importConversation(bobs(id, in: store), into: target) }
        #expect(try await conversations(of: .bob, in: store) == ids)
        // The latest words have the highest numbers, which a search of very many places takes first.
        let hits = try await store.search(SearchQuery("tulip", by: .words), embedding: nil, of: .bob).hits
        #expect(hits.count == 5 && hits.first?.conversation == ID("new"))
        let lists = { (user: ID<User>) in
            try await store.list(ConversationQuery(limit: 9, statuses: [.completed]), of: user).conversations.map(\.id.rawValue)
        }
        #expect(try await lists(.bob) == lists(.ann))
    }

    @Test(arguments: StoreKind.allCases) func `keeps the time for which audio is kept, where there is audio`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let target = try await target(store), settings = ["audio_days": "0", "name": "Bob"]
        #expect(try await store.begin(.of(.bob, "c", .said("s", "tulip"))))
        let part = StoredAudio(file: "a", start: .zero, duration: .seconds(1), byteCount: 1, created: .at(1))
        #expect(try await store.add(part, to: ID("c"), of: .bob))
        let key = ProviderKey(provider: EngineName("soniox"), fingerprint: "aa", created: .at(1))
        let first = try await store.importSettings(settings, keys: [key], retention: "audio_days", into: target)
        #expect(first == ImportedCount(added: 2, incomplete: 1))
        let again = try await store.importSettings(settings, keys: [key], retention: "audio_days", into: target)
        #expect(again == ImportedCount(present: 2, incomplete: 1))
        #expect(try await store.settings(of: .bob) == ["name": "Bob"])
        let carols = try await self.target(store, ID("carol"))
        #expect(try await store.importSettings(settings, keys: [], retention: "audio_days", into: carols) == ImportedCount(added: 2))
    }

    @Test(arguments: StoreKind.allCases) func `has findings, voiceprints and owners within limits`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await fill(store)
        let target = try await target(store), conversation = try await bobs("c1", in: store)
        let marks = String(repeating: "\u{301}", count: 1 << 20)
        for findings in [
            ConversationFindings(category: .work, emoji: "a" + marks), ConversationFindings(category: .work, actionItems: [.init("a" + marks)]),
            ConversationFindings(category: .work, events: [.init(title: "a" + marks, description: "", start: .at(1))]),
        ] {
            var large = conversation
            large.conversation.findings = findings
            await #expect(throws: StoreError.self) { _ = try await store.importConversation(large, into: target) }
        }
        var voice = try #require(try await voices(of: .ann, in: store).first)
        voice.rejected = [Voice.Owner](repeating: .user, count: 101)
        await #expect(throws: StoreError.self) { _ = try await store.importVoices([voice], into: target) }
        voice.rejected = [.user, .user, .user]
        #expect(try await store.importVoices([voice], into: target) == ImportedCount(added: 1))
        #expect(try await voices(of: .bob, in: store).first?.rejected == [.user])
        (voice.id, voice.direction) = (ID("wide"), [Float](repeating: 1, count: 513))
        await #expect(throws: StoreError.self) { _ = try await store.importVoices([voice], into: target) }
    }
}
