import Speech
import Store
import Testing

@Suite struct `The price table` {
    private let now = UnixTime.at(0)

    private func day(_ text: String) throws -> UnixTime { try #require(UnixTime(rfc3339: text)) }

    private func recorded(_ seconds: Double, _ engine: String, _ model: String?, _ features: Set<BilledFeature> = []) -> BilledWork {
        BilledWork(by: EngineName(engine), model: model, features: features, audio: .seconds(seconds))
    }

    private func live(
        _ engine: String, _ model: String, audio: Double, open: Double?, _ features: Set<BilledFeature> = []
    ) -> BilledWork {
        BilledWork(
            by: EngineName(engine), model: model, isLive: true, features: features, audio: .seconds(audio), connected: open.map { .seconds($0) })
    }

    /// The costs of the behavioural specification, 9.5, on the day of its table.
    @Test(arguments: [
        (3_600.0, "assemblyai", "universal-2", "0.17000000"), (15, "assemblyai", "universal-2", "0.00070833"),
        (60, "deepgram", "nova-3", "0.00680000"),
        (90, "deepgram", "Nova-3-Multilingual", "0.01170000"), (3_600, "assemblyai", "u3-pro", "0.23000000"), (0, "deepgram", "nova-3", "0.00000000"),
        (0, "deepgram", "unheard-of", "0.00000000"), (3_600, "local", "moonshine", "0.00000000"),
    ])
    func `has the known costs of recordings with speaker labels`(seconds: Double, engine: String, model: String, expected: String) throws {
        let cost = PriceTable.standard.cost(of: recorded(seconds, engine, model, [.speakers]), at: try day("2026-06-01"))
        #expect(cost?.description == expected)
    }

    @Test func `has every line of its own text`() throws {
        #expect(PriceTable.standard.rates == (try PriceTable(parsing: PriceTable.standardText)).rates)
        #expect(PriceTable.standard.rates.count > 50)
        let from = try day("2026-04-01")
        #expect(PriceTable.standard.rates.allSatisfy { $0.from >= from && $0.checked >= $0.from && !$0.source.isEmpty })
    }

    @Test func `writes lines that are read as the same prices`() throws {
        let lines = PriceTable.standard.rates.map(\.line).joined(separator: "\n")
        #expect(try PriceTable(parsing: lines).rates == PriceTable.standard.rates)
    }

    @Test func `complains of no price of its own on the day of its review, and of all in the end`() throws {
        let standard = PriceTable.standard, reviewed = try #require(standard.reviewed)
        #expect(standard.rates.allSatisfy { $0.checked <= reviewed })
        #expect(standard.old(at: reviewed).isEmpty)
        let late = reviewed + PriceTable.maxAge + .seconds(86_400)
        #expect(standard.old(at: late) == standard.valid(at: late).filter { $0.perHour != nil })
    }

    @Test func `counts a price without a newer reading from the review, and others from their own`() throws {
        var table = try PriceTable(parsing: "a m 1 2026-01-01 x\na n 1 2026-06-01 x")
        #expect(table.old(at: try day("2026-08-01")).map(\.model) == ["m"])
        table.reviewed = try day("2026-08-01")
        #expect(table.old(at: try day("2026-08-01")).isEmpty)
        #expect(table.old(at: try day("2026-12-15")).map(\.model) == ["n"])
        #expect(table.old(at: try day("2027-02-01")).map(\.model) == ["m", "n"])
    }

    @Test func `does not know what a model costs that it does not name`() {
        for work in [recorded(60, "deepgram", "nova-9"), recorded(60, "deepgram", nil), recorded(60, "soniox", "nova-3")] {
            #expect(PriceTable.standard.cost(of: work, at: now) == nil)
        }
        #expect(PriceTable.standard.cost(of: live("deepgram", "nova-9", audio: 60, open: 60), at: now) == nil)
    }

    @Test func `does not know a price that is marked as unknown`() throws {
        #expect(PriceTable.standard.cost(of: recorded(60, "deepgram", "nova-3-medical"), at: try day("2026-12-01")) == nil)
        #expect(PriceTable.standard.cost(of: live("deepgram", "nova-3-medical", audio: 60, open: 60), at: try day("2026-12-01")) == nil)
    }

    @Test func `bills a stream from open to close, whatever it heard`() throws {
        let table = try PriceTable(parsing: "deepgram nova-3 live connection 3.6 2026-01-01 x\ndeepgram nova-2 live 3.6 2026-01-01 x")
        #expect(table.cost(of: live("deepgram", "nova-3", audio: 2, open: 10), at: now) == USDollars("0.01"))
        #expect(table.cost(of: live("deepgram", "nova-3", audio: 0, open: 10), at: now) == USDollars("0.01"))
        #expect(table.cost(of: live("deepgram", "nova-3", audio: 2, open: nil), at: now) == USDollars("0.002"), "the time is not known")
        #expect(table.cost(of: live("deepgram", "nova-2", audio: 2, open: 10), at: now) == USDollars("0.002"))
    }

    @Test func `rounds to whole seconds where the vendor does`() throws {
        let table = try PriceTable(parsing: "openai whisper-1 second 3.6 2026-01-01 x")
        for (seconds, cost) in [(1.4, "0.001"), (1.5, "0.002"), (0.2, "0")] {
            #expect(table.cost(of: recorded(seconds, "openai", "whisper-1"), at: now) == USDollars(cost))
        }
    }

    @Test func `adds what a feature costs only when it is asked for`() throws {
        let table = try PriceTable(
            parsing: """
                a m 1 2026-01-01 x
                a m speakers 0.5 2026-01-01 x
                a m-multilingual 2 2026-01-01 x
                a n 1 2026-01-01 x
                a n terms ? 2026-01-01 x
                a n redaction 0 2026-01-01 x
                a * medical 0.25 2026-01-01 x
                a n medical 0.75 2026-01-01 x
                b m 1 2026-01-01 x
                b m live speakers 1 2026-01-01 x
                """)
        func cost(_ model: String, _ features: Set<BilledFeature>, by engine: String = "a") -> USDollars? {
            table.cost(of: recorded(3_600, engine, model, features), at: now)
        }
        func unknown(_ model: String, _ features: Set<BilledFeature>, by engine: String = "a") -> Set<BilledFeature> {
            table.unknownAddOns(of: recorded(3_600, engine, model, features), at: now)
        }
        #expect(cost("m", []) == USDollars("1") && cost("m", [.speakers]) == USDollars("1.5"))
        #expect(cost("m", [.terms]) == USDollars("1") && unknown("m", [.terms]) == [.terms], "the rest counts")
        #expect(
            cost("m", [.terms], by: "b") == USDollars("1") && unknown("m", [.terms], by: "b") == [],
            "a vendor without a price of any feature includes all")
        #expect(cost("n", [.redaction]) == USDollars("1"))
        #expect(cost("m", [.medical, .speakers]) == USDollars("1.75") && cost("n", [.medical]) == USDollars("1.75"))
        #expect(cost("m", [.multilingual]) == USDollars("2") && cost("n", [.multilingual]) == USDollars("1"))
        #expect(cost("n", [.terms, .redaction]) == USDollars("1") && unknown("n", [.terms, .redaction]) == [.terms])
    }

    @Test(arguments: ["\n", "\r\n", "\r"]) func `has one rate in each line, from every system`(end: String) throws {
        let lines = ["\u{FEFF}# made up", "deepgram nova-3 0.5 2026-01-01 an invoice", "deepgram nova-2 0.25 2026-01-01 another one", ""]
        let table = try PriceTable(parsing: lines.joined(separator: end))
        for (model, rate) in [("nova-3", "0.5"), ("nova-2", "0.25")] {
            #expect(table.cost(of: recorded(3_600, "deepgram", model), at: now) == USDollars(rate))
        }
    }

    @Test func `takes the rate of the day`() throws {
        let table = try PriceTable(
            parsing: """
                # made up
                deepgram nova-3 0.5 2026-01-01 an invoice
                deepgram nova-3 0.25 2026-09-22 another one

                deepgram nova-3 live 0.75 2026-01-01 a third
                """)
        // 2026-09-21, 13:33 UTC.
        let hour = recorded(3_600, "deepgram", "nova-3")
        #expect(table.cost(of: hour, at: now) == USDollars("0.5"))
        #expect(table.cost(of: hour, at: .at(86_400)) == USDollars("0.25"))
        #expect(table.cost(of: live("deepgram", "nova-3", audio: 60, open: nil), at: now) == USDollars("0.0125"))
        #expect(table.cost(of: hour, at: UnixTime(milliseconds: 0)) == nil)
        #expect(table.valid(at: now).map(\.perHour) == [USDollars("0.5"), USDollars("0.75")])
    }

    @Test func `calls a price old from 180 days after its last reading`() throws {
        let table = try PriceTable(
            parsing: "a m 1 2026-01-01 x\na n 1 2026-01-01/2026-03-01 x\na o ? 2026-01-01 x\na p 1 2025-01-01 x\na p 2 2026-06-01 x")
        #expect(table.old(at: try day("2026-06-30")).isEmpty)
        #expect(table.old(at: try day("2026-07-01")).map(\.model) == ["m"])
        #expect(table.old(at: try day("2026-09-01")).map(\.model) == ["m", "n"])
    }

    @Test(arguments: [
        ("deepgram nova-3 0.5 2026-01-01", "is incomplete"), ("deepgram nova-3 cheap 2026-01-01 x", "\"cheap\" is not an amount"),
        ("deepgram nova-3 -1 2026-01-01 x", "\"-1\" is not an amount"), ("deepgram nova-3 0.5 soon x", "\"soon\" is not a day"),
        ("deepgram nova-3 live live 0.5 2026-01-01 x", "\"live\" is not an amount"), ("deepgram", "is incomplete"),
        ("deepgram nova-3 terms redaction 0.5 2026-01-01 x", "\"redaction\" is not an amount"),
        ("deepgram nova-3 multilingual 0.5 2026-01-01 x", "\"multilingual\" is not an amount"),
        ("deepgram * 0.5 2026-01-01 x", "gives one price for all models; only an add-on has one"),
        ("deepgram nova-3 connection 0.5 2026-01-01 x", "bills a recording by its connection; only live audio has one"),
        ("deepgram nova-3 0.5 2026-01-01/never x", "\"never\" is not a day"),
        ("deepgram nova-3 0.5 2026-01-01/2025-01-01 x", "was read on 2025-01-01, before 2026-01-01, from which it is valid"),
        ("a b 2 2026-01-01 x", "gives a second price for the same model, audio and day"),
    ])
    func `says what is wrong with a line`(line: String, problem: String) {
        #expect(throws: PriceTableError(line: 3, problem: problem)) { try PriceTable(parsing: "# prices\na b 1 2026-01-01 x\n" + line) }
    }

    @Test(arguments: ["0", "12.5", "0.00000001", "1000000"]) func `takes amounts`(text: String) { #expect(USDollars(text) != nil) }
    @Test(arguments: ["", ".", "1.", ".5", "1.000000001", "1e3", "-1", "1,5", "10000000", "٣"]) func `rejects what is not an amount`(text: String) {
        #expect(USDollars(text) == nil)
    }
}
