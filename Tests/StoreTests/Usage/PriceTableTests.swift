import Speech
import Store
import Testing

@Suite struct `The price table` {
    private let table = PriceTable.standard
    private let now = UnixTime.at(0)

    private func cost(_ seconds: Double, _ engine: String, _ model: String?, _ workload: Workload = .background) -> USDollars? {
        table.cost(of: .seconds(seconds), engine: EngineName(engine), model: model, workload: workload, at: now)
    }

    @Test(arguments: [
        (3_600.0, "assemblyai", "universal-2", "0.17000000"), (15, "assemblyai", "universal-2", "0.00070833"),
        (60, "deepgram", "nova-3", "0.00680000"),
        (90, "deepgram", "Nova-3-Multilingual", "0.01170000"), (3_600, "assemblyai", "u3-pro", "0.23000000"), (0, "deepgram", "nova-3", "0.00000000"),
        (0, "deepgram", "unheard-of", "0.00000000"), (3_600, "local", "moonshine", "0.00000000"),
    ])
    func `has the known costs`(seconds: Double, engine: String, model: String, expected: String) {
        #expect(cost(seconds, engine, model)?.description == expected)
    }

    @Test func `does not know what a model costs that it does not name`() {
        #expect(cost(60, "deepgram", "nova-9") == nil)
        #expect(cost(60, "deepgram", nil) == nil)
        #expect(cost(60, "soniox", "nova-3") == nil)
    }

    @Test func `counts other workloads as nothing`() {
        for workload in Workload.allCases { #expect((cost(60, "deepgram", "nova-3", workload) == .zero) == (workload == .realtime)) }
    }

    @Test(arguments: ["\n", "\r\n", "\r"]) func `has one rate in each line, from every system`(end: String) throws {
        let lines = ["\u{FEFF}# made up", "deepgram nova-3 0.5 2026-01-01 an invoice", "deepgram nova-2 0.25 2026-01-01 another one", ""]
        let table = try PriceTable(parsing: lines.joined(separator: end))
        for (model, rate) in [("nova-3", "0.5"), ("nova-2", "0.25")] {
            let cost = table.cost(of: .seconds(3_600), engine: EngineName("deepgram"), model: model, workload: .sync, at: now)
            #expect(cost == USDollars(rate))
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
        #expect(table.cost(of: .seconds(3_600), engine: EngineName("deepgram"), model: "nova-3", workload: .sync, at: now) == USDollars("0.5"))
        #expect(
            table.cost(of: .seconds(3_600), engine: EngineName("deepgram"), model: "nova-3", workload: .sync, at: .at(86_400)) == USDollars("0.25"))
        #expect(table.cost(of: .seconds(60), engine: EngineName("deepgram"), model: "nova-3", workload: .realtime, at: now) == USDollars("0.0125"))
        #expect(table.cost(of: .seconds(60), engine: EngineName("deepgram"), model: "nova-3", workload: .sync, at: UnixTime(milliseconds: 0)) == nil)
    }

    @Test(arguments: [
        ("deepgram nova-3 0.5 2026-01-01", "is incomplete"), ("deepgram nova-3 cheap 2026-01-01 x", "\"cheap\" is not an amount"),
        ("deepgram nova-3 -1 2026-01-01 x", "\"-1\" is not an amount"), ("deepgram nova-3 0.5 soon x", "\"soon\" is not a day"),
    ])
    func `says what is wrong with a line`(line: String, problem: String) {
        #expect(throws: PriceTableError(line: 2, problem: problem)) { try PriceTable(parsing: "# prices\n" + line) }
    }

    @Test(arguments: ["0", "12.5", "0.00000001", "1000000"]) func `takes amounts`(text: String) { #expect(USDollars(text) != nil) }
    @Test(arguments: ["", ".", "1.", ".5", "1.000000001", "1e3", "-1", "1,5", "10000000", "٣"]) func `rejects what is not an amount`(text: String) {
        #expect(USDollars(text) == nil)
    }
}
