import Continuity
import Speech
import Testing

@Suite struct `A session's record` {
    private let record = SessionRecord(
        id: ID("0f6c"), started: UnixTime(milliseconds: 1_795_000_000_123), dialect: "deepgram", workload: .pushToTalk,
        language: LanguageTag("de-AT"),
        model: "nova-3", keyterms: ["Günther", ""], diarize: true, engines: [EngineName("soniox"), .local],
        owner: .init(user: "user_1", key: "key_2"), redaction: [.cardNumber, .personName])

    private var spoken: SessionRecord {
        var spoken = record
        spoken.conversations = [
            ConversationRecord(
                id: "c1", source: "omi", device: "pendant", call: nil, created: UnixTime(milliseconds: 1_795_000_000_456), timeout: .seconds(120),
                begins: .zero, shift: .milliseconds(-250)),
            ConversationRecord(
                id: "c2", source: "desktop", device: nil, call: "call 7", created: UnixTime(milliseconds: 1_795_000_300_000), timeout: nil,
                begins: .seconds(300), shift: nil),
        ]
        return spoken
    }

    private var saved: [SessionRecord] {
        [record, spoken].map { record in
            var saved = record
            saved.recorded = UnixTime(milliseconds: 1_794_000_000_789)
            return saved
        }
    }

    @Test func `comes back as it was`() throws {
        for saved in saved { #expect(try SessionRecord(decoding: saved.encoded()) == saved) }
        #expect(try SessionRecord(decoding: record.encoded()) == record)
        #expect(try SessionRecord(decoding: spoken.encoded()) == spoken)
        var plain = SessionRecord(id: ID("x"), started: UnixTime(milliseconds: 0))
        plain.engines = []
        #expect(try SessionRecord(decoding: plain.encoded()) == plain)
        plain.mayReturn = true
        #expect(try SessionRecord(decoding: plain.encoded()) == plain)
    }

    @Test func `of the first version is the identifier alone`() throws {
        let old = try SessionRecord(decoding: Array("5b1c9a2e-1111-4222-8333-444455556666".utf8))
        #expect(old == SessionRecord(id: ID("5b1c9a2e-1111-4222-8333-444455556666")))
        #expect(old.engines == nil && old.started == nil && old.owner == nil)
    }

    @Test func `of a newer version is told from a broken one`() {
        var bytes = record.encoded()
        bytes[0] = 5
        #expect(throws: SessionRecord.Unreadable.newer) { try SessionRecord(decoding: bytes) }
        #expect(throws: SessionRecord.Unreadable.damaged) { try SessionRecord(decoding: []) }
        for whole in ([spoken] + saved).map({ $0.encoded() }) {
            for cut in 1..<whole.count {
                #expect(throws: SessionRecord.Unreadable.damaged) { try SessionRecord(decoding: Array(whole[..<cut])) }
            }
        }
    }

    @Test func `is read by earlier versions where it has nothing that they do not know`() {
        #expect(record.encoded().first == 2)
        #expect(spoken.encoded().first == 3)
        #expect(saved.allSatisfy { $0.encoded().first == 4 })
        var returning = record
        returning.mayReturn = true
        #expect(returning.encoded().first == 2)
    }

    @Test func `cuts a text that is too long between characters`() throws {
        var long = record
        long.model = "a" + String(repeating: "ü", count: 40_000)
        let back = try SessionRecord(decoding: long.encoded())
        #expect(back.model == "a" + String(repeating: "ü", count: 32_767))
    }
}
