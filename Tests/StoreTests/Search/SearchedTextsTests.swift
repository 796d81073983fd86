import Conversations
import HarkenTesting
import Speech
import Store
import Testing

/// What people search for, and what they expect to find: words, phrases, names and numbers in many languages, among texts that have their stop words
/// and words that the index takes for theirs.
@Suite struct `Forty searches` {
    private let folder = TemporaryFolder()

    private static let texts: [(id: String, text: String)] = [
        ("hill", "The soldiers came over the hill on their horses."), ("boat", "Only one of the boats was left in the harbour."),
        ("kettle", "Put the kettle on and sit down."), ("keys", "They gave us the keys on Friday."), ("ladder", "You may use the blue ladder."),
        ("hamlet", "To be, or not to be, that is the question."), ("nurse", "She wants to be a beekeeper and not to be a nurse."),
        ("tunnel", "The car hit a wall in the tunnel."), ("rent", "It costs 1200 euros, or 99 a month."),
        ("lease", "Anna Lindqvist called about the lease."), ("wait", "He was willing to wait."), ("may", "She will come in May."),
        ("milk", "Don't forget the milk."), ("inning", "The first inning was over in an hour."), ("plant", "The gardener said the plant would die."),
        ("coat", "A coat of fur hung by the door."), ("doctor", "My doctor has no time."), ("katze", "Die Katze liegt auf dem Dach."),
        ("lampe", "Die Lampe ist an und die Tür ist zu."), ("reiter", "Die Soldaten ritten über die Brücke."), ("brot", "Das Brot ist für morgen."),
        ("regen", "Il reste à la maison, car il pleut."), ("chat", "Le chat dort sur le toit."), ("perro", "El perro corre por la playa."),
        ("llaves", "No sé dónde están las llaves."), ("mare", "Vado al mare con mia sorella."), ("gato", "O gato dorme em cima da mesa."),
        ("fiets", "De fiets staat achter de schuur."), ("koshka", "Кошка спит на крыше."), ("more", "Ми поїхали до моря на тиждень."),
        ("pies", "Pies biegnie po plaży."), ("qitta", "القطة تنام على السطح."), ("billi", "बिल्ली छत पर सो रही है।"), ("gata", "Η γάτα κοιμάται στη στέγη."),
        ("kedi", "Kedi çatıda uyuyor."), ("goyangi", "고양이가 지붕 위에서 잡니다."), ("gongyuan", "今天天气很好，我们去公园。"),
        ("neko", "猫は屋根の上で寝ています。"), ("maeo", "แมวนอนบนหลังคา"), ("fanyi", "我们用AI做翻译。"),
        ("roof", "Hans called about the roof."), ("ete", "Nous partons pendant l'été."),
    ]

    private func fill(_ store: any ConversationStores) async throws {
        var conversation = Conversation.of(.ann, "c1")
        conversation.segments = Self.texts.enumerated().map { .said($0.element.id, $0.element.text, at: Double($0.offset)) }
        try await store.keep(conversation)
    }

    /// A query, the texts that it finds, the best first, and what is marked in the best.
    private static let searches: [(query: String, found: [String], marked: [String])] = [
        // Stop words are no hits, and a word is not a stop word of which it has the stem.
        ("soldiers on horseback", ["hill"], ["soldiers"]), ("not one of them", ["boat"], ["one"]), ("one", ["boat"], ["one"]),
        ("use", ["ladder"], ["use"]), ("using", ["ladder"], ["use"]), ("us", ["keys"], ["us"]), ("willing", ["wait"], ["willing"]),
        ("first inning", ["inning"], ["first", "inning"]), ("don't forget", ["milk"], ["forget"]), ("come in", ["may"], ["come"]),
        ("question of the lease", ["lease", "hamlet"], ["lease"]), ("car crash in the tunnel", ["tunnel"], ["car", "tunnel"]),
        ("what about the weather", [], []), ("seafood recipe", [], []),
        // Stop words alone are a phrase, and phrases are of whole words.
        ("to be or not to be", ["hamlet"], ["To be, or not to be"]), ("on", ["keys", "kettle", "hill"], ["on"]), ("of the", ["boat"], ["of the"]),
        ("he", ["wait"], ["He"]), ("hers", [], []), ("\"to be\"", ["hamlet", "nurse"], ["To be", "to be"]),
        ("\"came over the hill\"", ["hill"], ["came over the hill"]), ("\"on the hill\"", [], []),
        // Names, numbers, accents.
        ("lindqvist", ["lease"], ["Lindqvist"]), ("anna lindquist", ["lease"], ["Anna"]), ("1200", ["rent"], ["1200"]),
        ("99 euros", ["rent"], ["euros", "99"]), ("Brucke", ["reiter"], ["Brücke"]), ("donde estan las llaves", ["llaves"], ["llaves"]),
        ("été", ["ete"], ["été"]), ("call Hans", ["roof", "lease"], ["Hans", "called"]), ("AI", ["fanyi"], ["AI"]),
        // A word of one language is a stop word in another: "car", "die", "fur".
        ("car", ["tunnel"], ["car"]), ("die", ["plant"], ["die"]), ("fur coat", ["coat"], ["coat", "fur"]), ("für", ["brot"], ["für"]),
        ("die Soldaten zu Pferd", ["reiter"], ["Soldaten"]), ("die Katze", ["katze", "plant"], ["Katze"]),
        // Languages.
        ("le chat sur le toit", ["chat"], ["chat", "toit"]), ("el perro en la playa", ["perro"], ["perro", "playa"]),
        ("al mare con mia sorella", ["mare"], ["mare", "sorella"]), ("o gato em cima da mesa", ["gato"], ["gato", "cima", "mesa"]),
        ("de fiets achter de schuur", ["fiets"], ["fiets", "achter", "schuur"]), ("кошка на крыше", ["koshka"], ["Кошка", "крыше"]),
        ("ми поїхали до моря", ["more"], ["поїхали", "моря"]), ("pies na plaży", ["pies"], ["Pies", "plaży"]),
        ("القطة على السطح", ["qitta"], ["القطة", "السطح"]), ("η γάτα στη στέγη", ["gata"], ["γάτα", "στέγη"]),
        ("kedi çatıda", ["kedi"], ["Kedi", "çatıda"]),
        ("지붕 위에서", ["goyangi"], ["지붕", "위에서"]), ("我们 天气", ["gongyuan"], ["天气"]), ("猫", ["neko"], ["猫"]), ("หลังคา", ["maeo"], ["หลังคา"]),
    ]

    @Test(arguments: StoreKind.allCases) func `find by words what was said, and mark what they found`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await fill(store)
        for search in Self.searches {
            let page = try await store.search(SearchQuery(search.query, by: .words), embedding: nil, of: .ann)
            #expect(page.hits.map(\.segment.rawValue) == search.found, "\(search.query)")
            #expect(page.wordsFound == !search.found.isEmpty, "\(search.query)")
            #expect((page.hits.first?.snippet.pieces ?? []).filter(\.isHit).map(\.text) == search.marked, "\(search.query)")
        }
        #expect(Self.searches.count >= 40)
    }

    @Test(arguments: StoreKind.allCases) func `tell that no word was found, and what is near in meaning`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await fill(store)
        func page(_ query: String, _ by: SearchQuery.By = .both) async throws -> SearchPage {
            try await store.search(SearchQuery(query, by: by), embedding: WordBag(), of: .ann)
        }
        let near = try await page("physician")
        #expect(near.wordsFound == false && near.hits.first?.segment == ID("doctor"))
        #expect(near.hits.allSatisfy { !$0.snippet.pieces.contains(where: \.isHit) })
        let said = try await page("doctor")
        #expect(said.wordsFound == true && said.hits.first?.segment == ID("doctor"))
        #expect(try await page("doctor", .meaning).wordsFound == nil)
        // Words that are said only where the search does not look are not found.
        let elsewhere = SearchQuery("doctor", speaker: .user)
        #expect(try await store.search(elsewhere, embedding: WordBag(), of: .ann).wordsFound == false)
    }

    @Test(arguments: StoreKind.allCases) func `show the word of a long text, not the many stop words with its stem`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let many = String(repeating: "go on and on ", count: 30)
        _ = try await store.begin(.of(.ann, "c1", .said("s1", many + "only one of us " + many)))
        let hit = try #require(try await store.search(SearchQuery("one", by: .words), embedding: nil, of: .ann).hits.first)
        #expect(hit.snippet.pieces.filter(\.isHit).map(\.text) == ["one"], "\(hit.snippet.text)")
        #expect(hit.snippet.text.hasPrefix("…") && hit.snippet.text.hasSuffix("…") && hit.snippet.text.count < 200, "\(hit.snippet.text)")
    }

    @Test(arguments: StoreKind.allCases) func `find a rare word beyond many stop words with its stem`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        var conversation = Conversation.of(.ann, "c1")
        conversation.segments = (0..<2_500).map { .said("s\($0)", $0 == 3 ? "only one" : "go on", at: Double($0)) }
        _ = try await store.begin(conversation)
        let page = try await store.search(SearchQuery("one", by: .words), embedding: nil, of: .ann)
        #expect(page.hits.map(\.segment.rawValue) == ["s3"])
    }
}
